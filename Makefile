# `make` runs the default studies, `make test` the tests; both need Python 3.11 or newer and make,
# nothing else. `make help` lists the rest.

PYTHON ?= python3
BIN = .venv/bin

.PHONY: all help test lint format benchmark docs lock clean

all: .venv/installed ## Run the default studies: tables, figures and report
	$(BIN)/snakemake

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

test: .venv/installed-dev ## Run the tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: .venv/installed-dev ## Check code and rules with the linters
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/snakefmt --check Snakefile workflow/rules
	$(BIN)/snakemake --lint

format: .venv/installed-dev ## Format code and rules
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/snakefmt Snakefile workflow/rules

benchmark: .venv/installed-dev .venv-peers/installed .venv-dadapy/installed ## Measure speed, beside plain loops and other libraries
	$(BIN)/python tests/benchmarks/run.py
	.venv-peers/bin/python tests/benchmarks/similarity.py --dadapy .venv-dadapy/bin/python

docs: .venv/installed-dev ## Write docs/parameters.md anew from the schema
	$(BIN)/python docs/make_parameters.py

lock: .venv/installed-dev ## Write the pins of everything that is installed to envs/
	$(BIN)/python envs/lock.py

clean: ## Remove the environment and caches; results stay
	rm -rf .venv .venv-peers .venv-dadapy .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/installed: envs/requirements.txt envs/constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Defrost needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --requirement envs/requirements.txt
	touch $@

.venv/installed-dev: .venv/installed envs/requirements-dev.txt
	$(BIN)/pip install --quiet --requirement envs/requirements-dev.txt
	touch $@

# other libraries of similarity, each with what it needs: DADApy asks for an older NumPy
.venv-%/installed: envs/requirements-%.txt
	$(PYTHON) -m venv .venv-$*
	.venv-$*/bin/pip install --quiet --requirement $<
	touch $@

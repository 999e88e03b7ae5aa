# `make` runs the default studies, `make test` the tests; both need Python 3.11 or newer and make,
# nothing else. `make help` lists the rest.

PYTHON ?= python3
BIN = .venv/bin
# where Snakemake looks for a profile by its name
SETTINGS = $${XDG_CONFIG_HOME:-$$HOME/.config}/snakemake

.PHONY: all help slurm-profile test test-slurm lint format benchmark benchmark-slurm audit docs lock clean

all: .venv/installed ## Run the default studies: tables, figures and report
	$(BIN)/snakemake

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

slurm-profile: ## Let `snakemake --profile slurm` find profiles/slurm
	@if [ -e "$(SETTINGS)/slurm" ] && [ ! -L "$(SETTINGS)/slurm" ]; then \
		echo "$(SETTINGS)/slurm is there already, and no link: move it away first"; exit 1; fi
	mkdir -p "$(SETTINGS)"
	ln -sfn "$(CURDIR)/profiles/slurm" "$(SETTINGS)/slurm"

test: .venv/installed-dev ## Run the tests, but those that need SLURM
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

test-slurm: .venv/installed-dev ## Install and start a SLURM and run the tests that need it (Debian, root)
	$(BIN)/python -m pytest tests/slurm

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

benchmark-slurm: .venv/installed-dev ## Measure what grouping cells saves, on a SLURM on this machine (Debian, root)
	$(BIN)/python tests/benchmarks/grouping.py

audit: .venv-audit/installed ## Ask PyPI for known vulnerabilities of the pinned packages
	.venv-audit/bin/pip-audit --requirement envs/constraints.txt --no-deps --disable-pip --progress-spinner off

docs: .venv/installed-dev ## Write docs/parameters.md anew from the schema
	$(BIN)/python docs/make_parameters.py

lock: .venv/installed-dev ## Write the pins of everything that is installed to envs/
	$(BIN)/python envs/lock.py

clean: ## Remove the environment and caches; results stay
	rm -rf .venv .venv-peers .venv-dadapy .venv-audit .pytest_cache .ruff_cache .hypothesis
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

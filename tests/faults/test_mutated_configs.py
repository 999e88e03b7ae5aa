"""Whatever a config holds: it is planned, or it ends in one line that says where.

DEFROST_CAMPAIGN=1 runs as many as the project promises through the command line.
"""

import os
import random
import re
from collections import Counter
from itertools import islice

import pytest
import yaml
from checkout import copy_checkout
from mutated_configs import TEXTS, generated, mutated, paths, shipped

from defrost.config import compared, grid, origins, selected
from defrost.config.grid import resolve_config
from defrost.config.schema import ConfigError, key_path

CAMPAIGN = "DEFROST_CAMPAIGN" in os.environ
VALIDATED = 2000
PLANNED = 40 if CAMPAIGN else 8
MOST_CELLS = 3000  # more are as valid, and take Snakemake minutes


def is_there(named, config, known):
    """Say whether a path is one of the config's, or of known keys below one of them."""
    there = {key_path(list(path)) for path in paths(config)}
    if named == "top level":
        return False
    while named not in there:
        named, _, key = named.rpartition(".")
        if key.partition("[")[0] not in known:
            return False
        named = named or "top level"
    return True


def known_keys(part):
    """Every key that a part of the schema has a description of."""
    if isinstance(part, dict):
        yield from part.get("properties", {})
        for child in part.values():
            yield from known_keys(child)


def plan(config):
    """What the rule files ask of a valid config, beside what Snakemake does with the answers."""
    for study in config["studies"].values():
        for group in list(islice(compared.groups(study), 20)):
            list(islice(compared.pairs(study, group), 100))
        list(islice(grid.cells(study), 1000))
        list(map(str, (origins.swept_dial(study), origins.controls(study))))
        list(map(str, (selected.ranked_sources(study), origins.recommendation_roles(study))))
        for dataset in ("target", *study["sources"]):
            origins.origin(study, dataset)
            origins.examples_of(study, dataset)
    return "valid"


def test_every_mutated_config_is_valid_or_one_line_with_the_key_path(schema, tmp_path, capsys):
    rng, known = random.Random(0), set(known_keys(schema))
    bases, counts, failed = shipped(), Counter(), []
    for number in range(VALIDATED):
        base = generated(schema, rng) if number % 3 == 0 else rng.choice(bases)
        config = base if number % 30 == 0 else mutated(base, rng)
        try:
            outcome = plan(resolve_config(config, schema))
        except ConfigError as error:
            line = str(error)
            named = re.match(r"config: (.*?): found ", line)
            outcome = "refused"
            if not named or not is_there(named[1], config, known):
                outcome = f"names no key: {line}"
            elif not line.isprintable() or len(line) > 1500:
                outcome = f"not one readable line: {line!r}"
        except Exception as error:
            outcome = f"traceback: {error!r}"
        counts[outcome.partition(":")[0]] += 1
        if outcome not in ("valid", "refused"):
            failed.append(outcome)
            (tmp_path / f"failed-{number}.txt").write_text(f"{outcome}\n{config!r}\n")
    with capsys.disabled():
        print(f"\n{VALIDATED} mutated configs: {dict(counts)}; failed ones are in {tmp_path}")
    assert not failed
    assert min(counts.values()) > VALIDATED / 20  # or it would say little


BOMB = "".join(
    f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 9 if n else ['x'] * 9)}]\n" for n in range(9)
)
TEXT_FAULTS = {
    "a bomb of lists": lambda text: f"{BOMB}{text}",
    "a bomb of keys": lambda text: f"{BOMB.replace('[x', '[{k: 1}').replace(': &', ': &')}{text}",
    "a key twice": lambda text: text.replace("    replicates: 10\n", "    replicates: 10\n" * 2, 1),
    "a study twice": lambda text: text + "\nstudies: {}\n",
    "an anchor in itself": lambda text: text + "run: &a [*a]\n",
    "a tag": lambda text: text + 'run: !!python/object/apply:os.system ["touch mark"]\n',
    "a template": lambda text: f"__use_yte__: true\n{text}run: [?open('mark', 'w').name]\n",
    "a date that is none": lambda text: text + "run: [2001-99-99]\n",
    "a number too long": lambda text: text + f"root_seed: 0x{'f' * 5000}\n",
    "many levels": lambda text: text + f"run: {'[' * 20000}\n",
    "cut": lambda text: text[: len(text) // 2] + "\n  : [",
    "tabs": lambda text: text.replace("  ", "\t"),
    "two documents": lambda text: f"{text}---\n{text}",
    "a list": lambda text: "- 1\n",
    "nothing": lambda text: "",
    "no text": lambda text: "\0\x07",
}


def tree(folder):
    """Every file of a folder, but for what Snakemake keeps for itself, with its content."""
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
        if not {".snakemake", "__pycache__"} & set(path.parts)
    }


def bad_texts(schema, count):
    """Pairs of what is wrong with a config file, and its bytes; some have nothing wrong."""
    rng, default = random.Random(1), shipped()[0]
    with_names = [n for n in TEXTS if "/" in n or "touch" in n or n.startswith("-")]
    faults = list(TEXT_FAULTS.items())
    rng.shuffle(faults)
    for number in range(count):
        if number % 5 < 2 and faults:
            yield faults.pop()
        elif number % 5 == 2:
            name = with_names[number // 5 % len(with_names)]
            yield (
                f"a study {name!r}",
                lambda text, name=name: text.replace("  digits:", f"  {name!r}:"),
            )
        else:
            config = mutated(default, rng)
            yield "mutated", lambda text, config=config: yaml.dump(config, allow_unicode=True)


@pytest.mark.slow
def test_the_command_line_ends_in_a_line_with_the_key_path(schema, tmp_path, run, root, capsys):
    folder = copy_checkout(tmp_path / "within/defrost")
    text, counts = (folder / "config.yaml").read_text(), Counter()
    for number, (name, fault) in enumerate(bad_texts(schema, PLANNED)):
        (folder / "config.yaml").write_text(fault(text))
        before = tree(tmp_path)
        result = run(folder, "--dry-run", "--quiet")
        last = (result.stderr.strip().splitlines() or [""])[-1]
        about = f"{name}: exit {result.returncode}: {last}"
        (tmp_path / f"case-{number}.yaml").write_text((folder / "config.yaml").read_text())
        before[(tmp_path / f"case-{number}.yaml").relative_to(tmp_path)] = ...
        assert result.returncode in (0, 1), about
        assert "Traceback" not in result.stderr, about
        if result.returncode:
            assert re.match(r"config: .+: found .+; ", last), about
        counts["refused" if result.returncode else "planned"] += 1
        assert tree(tmp_path).keys() == before.keys(), about
        assert not (folder / "results").exists(), about
    with capsys.disabled():
        print(f"\n{PLANNED} config files through the command line: {dict(counts)}, in {tmp_path}")

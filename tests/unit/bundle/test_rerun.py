"""A rerun finds what checksums cannot: a table that the bundle's own code does not make."""

import json

import pytest
from small_bundle import FILES, TABLE

from defrost.bundle import layout
from defrost.bundle.compare import Difference
from defrost.bundle.environment import environment, machine, unlike
from defrost.bundle.read import BundleError, open_bundle
from defrost.bundle.rerun import Rerun, rerun, tell_rerun
from defrost.bundle.write import write_bundle

OTHER = "results/a/tables/other.csv"
SNAKEFILE = """\
rule tables:
    output: "results/a/tables/accuracy.csv", "results/a/tables/other.csv"
    run:
        for path in output:
            open(path, "w").write("depth,test_accuracy\\n0,0.5\\n1,0.75\\n")
"""
RUNNABLE = {
    **FILES,
    OTHER: FILES[TABLE],
    "Snakefile": SNAKEFILE.encode(),
    "profiles/default/config.yaml": b"cores: 1\n",
    layout.ENVIRONMENT: json.dumps({**environment([]), **machine()}).encode(),
}
EDITED = Difference(2, "test_accuracy", "0.7500001", "0.75")


def test_a_table_edited_with_its_checksum_is_found_cell_by_cell(tmp_path):
    edited = FILES[TABLE].replace(b"0.75", b"0.7500001")
    write_bundle(tmp_path / "b.zip", {**RUNNABLE, TABLE: edited})
    with open_bundle(tmp_path / "b.zip") as opened:
        assert rerun(opened, tmp_path / "rerun") == Rerun([], {TABLE: [EDITED], OTHER: []})
    # nothing that could have been copied was there
    assert not (tmp_path / "rerun/results/a/figures").exists()


def test_a_run_that_fails_is_an_error(tmp_path):
    write_bundle(tmp_path / "b.zip", {**RUNNABLE, "Snakefile": b"rule all: pass\n"})
    with open_bundle(tmp_path / "b.zip") as opened, pytest.raises(BundleError, match="run failed"):
        rerun(opened, tmp_path / "rerun")


def test_the_same_tables_confirm_a_bundle(capsys):
    assert tell_rerun(Rerun(["processor Z80, here another"], {TABLE: [], OTHER: []}))
    assert capsys.readouterr().out == "rerun: 2 of 2 tables are the same\n"


def test_on_the_same_kind_of_machine_any_difference_tells_against_it(capsys):
    assert not tell_rerun(Rerun([], {TABLE: [EDITED], OTHER: []}))
    said = capsys.readouterr().out
    assert f"{TABLE} row 2, test_accuracy: 0.7500001 before, 0.75 now" in said
    assert "1 of 2 tables are the same" in said


def test_elsewhere_only_what_is_beyond_the_tolerance(capsys):
    unlike = ["processor Z80, here another"]
    assert tell_rerun(Rerun(unlike, {TABLE: [EDITED]}))
    assert "not the same kind of run: processor Z80" in capsys.readouterr().out
    far = Difference(1, "test_accuracy", "0.1", "0.9")
    assert not tell_rerun(Rerun(unlike, {TABLE: [far]}))
    assert "row 1, test_accuracy: further apart than the tolerance" in capsys.readouterr().out


def test_other_versions_devices_and_machines_are_another_kind_of_run():
    before = {"versions": {"numpy": {"2.0": 5}}, "devices": {"cpu": 5}, **machine()}
    assert unlike(before, before) == []
    assert unlike({**before, "versions": {}}, before) == ["numpy none, here 2.0"]
    assert unlike({**before, "devices": {"cuda": 1}}, before) == ["made on cuda, here cpu"]
    other = {"machine": {**machine()["machine"], "processor": "Z80"}}
    assert unlike({**before, **other}, before)[0].startswith("processor Z80, here ")

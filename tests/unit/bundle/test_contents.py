"""A bundle holds what led to the results, and nothing private."""

import copy
import hashlib
import json

import pytest
import yaml
from made_study import CONFIG, MODEL_FILE, RECORD_FILE, TABLE, made_study, record

from defrost.bundle import layout
from defrost.bundle.contents import gather, words
from defrost.bundle.crate import describe
from defrost.bundle.lineage import find_steps
from defrost.bundle.private import of_this_machine
from defrost.bundle.source import read_source
from defrost.bundle.write import measure
from defrost.errors import UserError
from defrost.provenance.digests import with_digest

ENVIRONMENT = {"HOME": "/home/jane", "HOSTNAME": "planted-host", "A_TOKEN": "planted-token"}


@pytest.fixture
def records(tmp_path):
    return made_study(tmp_path)


def gathered(folder, records, config=CONFIG, models=False):
    source = read_source(folder)
    steps = find_steps([TABLE], records, folder)
    private = of_this_machine(folder, ENVIRONMENT, words(folder, source))
    return gather(folder, config, steps, records, source, private, models)


def test_everything_that_led_to_the_table_is_there(tmp_path, records):
    contents = gathered(tmp_path, records)
    assert sorted(contents.files) == [
        "Snakefile",
        layout.ENVIRONMENT,
        layout.RECORDS,
        layout.SOURCE,
        "config.yaml",
        "results/a/benchmarks/make/b.tsv",
        "results/a/benchmarks/tabulate.tsv",
        "results/a/logs/make/b.log",
        "results/a/logs/tabulate.log",
        TABLE,
        RECORD_FILE,
        "workflow/scripts/make.py",
        "workflow/scripts/tabulate.py",
    ]
    assert contents.left_out == {MODEL_FILE: "abc"}
    assert [step.name for step in contents.steps] == ["make/b", "tabulate"]
    assert contents.steps[1].inputs == [f"#left-out/{MODEL_FILE}"]
    environment = json.loads(contents.files[layout.ENVIRONMENT])
    assert environment["versions"] == {"numpy": {"2.0": 2}}  # the model and the table's record
    assert environment["devices"] == {"cpu (made up)": 2}
    assert json.loads(contents.files[layout.SOURCE]) == {"commit": None, "differs": False}


def test_models_go_in_by_choice(tmp_path, records):
    contents = gathered(tmp_path, records, models=True)
    assert MODEL_FILE in contents.files
    assert contents.left_out == {}


def test_the_config_stays_as_it_is_for_whoever_adds_a_size(tmp_path, records):
    config = yaml.safe_load(gathered(tmp_path, records).files["config.yaml"])
    assert config["studies"]["a"]["sizes"] == [20]
    assert "sizes" not in config["studies"]["a"]["sources"]["b"]  # those of the study


def test_files_of_the_past_and_records_of_the_machine_stay_away(tmp_path, records):
    records["results/a/tables/old.csv"] = {**records[TABLE], "params": ["'0123456789abcdee'"]}
    (tmp_path / "results/a/tables/old.csv").touch()
    records["results/a/tables/gone.csv"] = records[TABLE]
    contents = gathered(tmp_path, records)
    assert {name for name in contents.files if "/tables/" in name} == {TABLE, RECORD_FILE}
    kept = json.loads(contents.files[layout.RECORDS])
    assert sorted(kept) == sorted([MODEL_FILE, TABLE, RECORD_FILE])
    assert not {"external_jobid", "job_hash", "conda_env"} & kept[TABLE].keys()


def test_a_result_without_a_record_is_refused(tmp_path, records):
    del records[MODEL_FILE]
    with pytest.raises(UserError, match=r"^results/a/data/b.safetensors: Snakemake has no record"):
        gathered(tmp_path, records)


def test_a_missing_file_is_refused(tmp_path, records):
    (tmp_path / "results/a/benchmarks/make/b.tsv").unlink()
    with pytest.raises(UserError, match=r"^results/a/benchmarks/make/b.tsv: found nothing"):
        gathered(tmp_path, records)


def test_logs_are_redacted(tmp_path, records):
    log = tmp_path / "results/a/logs/make/b.log"
    log.write_text(f"on planted-host in {tmp_path} for /home/jane: planted-token\nwhat matters\n")
    contents = gathered(tmp_path, records)
    kept = contents.files["results/a/logs/make/b.log"].decode()
    assert kept == "on NAME in . for ~: REDACTED\nwhat matters\n"


@pytest.mark.parametrize(
    "planted", ["planted-host", "/home/jane/x", "planted-token", "/srv/data/x"]
)
@pytest.mark.parametrize("name", [TABLE, RECORD_FILE, "results/a/benchmarks/make/b.tsv"])
def test_elsewhere_private_texts_are_refused_by_their_file(tmp_path, records, name, planted):
    path = tmp_path / name
    if name == RECORD_FILE:
        path.write_text(json.dumps({"of": planted}))
    else:
        path.write_text(f"depth,note\n0,{planted}\n")
    with pytest.raises(UserError, match=f"^{name}: holds ") as caught:
        gathered(tmp_path, records)
    assert "planted-token" not in str(caught.value)


def test_private_texts_in_the_source_and_in_models_are_refused(tmp_path, records):
    (tmp_path / "workflow/scripts/make.py").write_text("path = '/home/jane/x'\n")
    with pytest.raises(UserError, match=r"^workflow/scripts/make.py: holds a folder"):
        gathered(tmp_path, records)
    (tmp_path / "workflow/scripts/make.py").write_text("path = 'x'\n")
    with (tmp_path / MODEL_FILE).open("ab") as file:
        file.write(b"planted-token")
    gathered(tmp_path, records)
    with pytest.raises(UserError, match=f"^{MODEL_FILE}: holds a secret"):
        gathered(tmp_path, records, models=True)


def test_absolute_paths_of_the_users_data_become_names(tmp_path, records):
    path = "/srv/jane/pictures"
    config = copy.deepcopy(CONFIG)
    config["studies"]["a"]["target"] = {"dataset": "folder", "path": path}
    records[TABLE] = record("tabulate", "tabulate", [MODEL_FILE, path], ended=200.0)
    records[TABLE]["params"].append(f"{{'path': '{path}'}}")
    records[RECORD_FILE] = records[TABLE]
    sidecar = with_digest({"settings": {"path": path}, "files": {"accuracy.csv": "0"}})
    (tmp_path / RECORD_FILE).write_text(json.dumps(sidecar))
    contents = gathered(tmp_path, records, config)
    assert not [name for name, content in contents.files.items() if b"/srv" in content]
    kept = yaml.safe_load(contents.files["config.yaml"])
    assert kept["studies"]["a"]["target"]["path"] == "pictures"
    assert json.loads(contents.files[layout.RECORDS])[TABLE]["input"] == [MODEL_FILE, "pictures"]
    assert "pictures" in contents.left_out
    # a result's own digests hold for what is in the bundle
    digest = hashlib.sha256(contents.files[TABLE]).hexdigest()
    expected = with_digest({"settings": {"path": "pictures"}, "files": {"accuracy.csv": digest}})
    assert json.loads(contents.files[RECORD_FILE]) == expected


def test_the_description_names_every_file_and_every_step(tmp_path, records):
    contents = gathered(tmp_path, records)
    source = {"commit": "c0ffee", "differs": True}
    crate = describe(
        "a",
        {**measure(contents.files), layout.MANIFEST: {}},
        contents.left_out,
        contents.steps,
        source,
        "https://spdx.org/licenses/CC-BY-4.0",
        "9.27.1",
    )
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    parts = {part["@id"] for part in entities["./"]["hasPart"]}
    assert parts == {*contents.files, layout.MANIFEST}
    assert entities["Snakefile"]["version"] == "c0ffee with changes"
    assert entities[TABLE]["sha256"] == measure(contents.files)[TABLE]["sha256"]
    job = entities["#job/tabulate"]
    assert job["object"] == [{"@id": f"#left-out/{MODEL_FILE}"}]
    assert job["result"] == [{"@id": TABLE}, {"@id": RECORD_FILE}]
    assert job["endTime"] == "1970-01-01T00:03:20.000+00:00"
    references = {ref["@id"] for entity in crate["@graph"] for ref in referred(entity)}
    outside = {name for name in references - entities.keys() if not name.startswith("https://")}
    assert outside == set()


def referred(value):
    """Every reference in an entity."""
    if isinstance(value, dict):
        if value.keys() == {"@id"}:
            yield value
        for each in value.values():
            yield from referred(each)
    elif isinstance(value, list):
        for each in value:
            yield from referred(each)

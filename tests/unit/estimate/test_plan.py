"""The jobs of a plan, from events as Snakemake sends them."""

import json
import logging
from types import SimpleNamespace

from snakemake_interface_logger_plugins.common import LogEvent

from defrost.estimate.plan import PlanWriter


def test_every_job_is_a_line_and_nothing_else_is(tmp_path):
    writer = PlanWriter(tmp_path / "plan")
    about = {"event": LogEvent.JOB_INFO, "input": ["in"], "output": ["out"], "threads": 1}
    trains = {"rule_name": "train", "wildcards": {"size": "20"}, "resources": {"gpu": 1}}
    draws = {"rule_name": "draw", "wildcards": None, "resources": {}}
    writer.emit(SimpleNamespace(**about, **trains))
    writer.emit(SimpleNamespace(event=LogEvent.RUN_INFO, stats={"train": 1}))
    writer.emit(logging.makeLogRecord({"msg": "words"}))
    writer.emit(SimpleNamespace(**about, **draws))
    assert [json.loads(line) for line in (tmp_path / "plan").read_text().splitlines()] == [
        ["train", {"size": "20"}, ["in"], ["out"], 1, True],
        ["draw", {}, ["in"], ["out"], 1, False],
    ]

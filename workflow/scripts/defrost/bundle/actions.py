"""What ran, in the words of RO-Crate: a step for each rule, an action for each job."""

from datetime import UTC, datetime
from urllib.parse import quote

from defrost.bundle import layout
from defrost.bundle.lineage import Step

SNAKEMAKE = "https://snakemake.github.io"
_COMPLETED = "http://schema.org/CompletedActionStatus"


def reference(name: str) -> dict:
    """Return a reference to an entity: a path in the bundle, or an address."""
    return {"@id": name if name.startswith("https://") else quote(name, safe="/#.")}


def left_out_name(path: str) -> str:
    """Return what an entity is called that stands for a file that is not in the bundle."""
    return f"#left-out/{path}"


def time(seconds: float) -> str:
    """Return seconds since 1970 as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def how_to(place: int, step: Step) -> dict:
    """Return the step of the workflow that a rule is."""
    return {
        "@id": f"#step/{step.rule}",
        "@type": "HowToStep",
        "name": step.rule,
        "position": str(place),
        "workExample": reference(step.script),
    }


def step_actions(step: Step) -> list[dict]:
    """Return the job as an action of its script, and as one of the workflow's engine."""
    return [
        {
            **reference(f"#job/{step.name}"),
            "@type": "CreateAction",
            "name": step.name,
            "description": f"The rule {step.rule} ran {step.script}.",
            "instrument": reference(step.script),
            "object": [reference(name) for name in step.inputs],
            "result": [reference(name) for name in step.outputs],
            "subjectOf": [reference(step.log), reference(step.benchmark)],
            "startTime": time(step.started),
            "endTime": time(step.ended),
            "actionStatus": _COMPLETED,
        },
        {
            **reference(f"#control/{step.name}"),
            "@type": "ControlAction",
            "name": f"Snakemake starts {step.name}",
            "instrument": reference(f"#step/{step.rule}"),
            "object": reference(f"#job/{step.name}"),
            "actionStatus": _COMPLETED,
        },
    ]


def whole_run(steps: list[Step], results: list[str]) -> dict:
    """Return the run of the whole workflow, from the config to the results."""
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": "The run of the study",
        "description": "All jobs, from the config to tables and figures.",
        "instrument": reference("Snakefile"),
        "object": [reference(layout.CONFIG)],
        "result": [reference(name) for name in results],
        "startTime": time(min(step.started for step in steps)),
        "endTime": time(max(step.ended for step in steps)),
        "actionStatus": _COMPLETED,
    }


def engine_run(steps: list[Step], snakemake: str) -> dict:
    """Return what the workflow's engine did."""
    return {
        "@id": "#engine",
        "@type": "OrganizeAction",
        "name": f"Snakemake {snakemake} runs the study",
        "instrument": reference(SNAKEMAKE),
        "object": [reference(f"#control/{step.name}") for step in steps],
        "result": {"@id": "#run"},
        "actionStatus": _COMPLETED,
    }

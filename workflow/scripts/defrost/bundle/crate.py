"""The description of a bundle as an RO-Crate, of the profile Provenance Run Crate.

Written by hand, as it is plain JSON: the library for RO-Crates would be one more thing that every
user installs, and puts the current time into what must be the same bytes every time.
"""

import re

from defrost.bundle import layout
from defrost.bundle.actions import (
    SNAKEMAKE,
    engine_run,
    how_to,
    left_out_name,
    reference,
    step_actions,
    time,
    whole_run,
)
from defrost.bundle.lineage import Step

_CONTEXT = [
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},  # 1.1 does not know it
]
_DESCRIPTOR = {
    "@id": layout.METADATA,
    "@type": "CreativeWork",
    "about": {"@id": "./"},
    "conformsTo": [
        {"@id": "https://w3id.org/ro/crate/1.1"},
        {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
    ],
}
_PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
_LANGUAGE = {
    "@id": "https://w3id.org/workflowhub/workflow-ro-crate#snakemake",
    "@type": "ComputerLanguage",
    "name": "Snakemake",
    "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
    "url": {"@id": SNAKEMAKE},
}
_RESULT = re.compile(r"results/\w+/(?:tables|figures)/\w+\.(?:csv|pdf|png)")
_FORMATS = {
    "csv": "text/csv",
    "diff": "text/x-diff",
    "html": "text/html",
    "json": "application/json",
    "log": "text/plain",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "png": "image/png",
    "py": "text/x-python",
    "safetensors": "application/octet-stream",
    "smk": "text/x-snakemake",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "yaml": "application/yaml",
    "zip": "application/zip",
}
_ABOUT = {
    layout.CONFIG: "The study's config with every default filled in.",
    layout.MANIFEST: "Size and SHA-256 of every other file.",
    layout.RECORDS: "Snakemake's records of how each file was made, for `restore_bundle.py`.",
    layout.ENVIRONMENT: "Versions of packages and devices that the results were made with.",
    layout.SOURCE: "The commit of the workflow's source.",
    layout.DIFFERENCE: "How the source differs from its commit, apart from config.yaml.",
}


def describe(
    study: str,
    files: dict[str, dict],
    left_out: dict[str, str | None],
    steps: list[Step],
    source: dict,
    licence: str,
    snakemake: str,
) -> dict:
    """Return the JSON-LD of a bundle.

    Args:
        study: its name.
        files: `sha256` and `size` of every file by its path, but for the manifest's, of which
            nothing is known yet.
        left_out: SHA-256, where known, of what steps read or wrote and the bundle has not.
        steps: what ran, in order; every path is one of `files` or `left_out`.
        source: `commit` (or None) and whether the source `differs` from it.
        licence: of the results, as an address or in words.
        snakemake: its version.
    """
    rules = {step.rule: step for step in steps}
    results = [name for name in files if _RESULT.fullmatch(name)]
    actions = [action for step in steps for action in step_actions(step)]
    known_licence = []
    if licence.startswith("https://"):
        name = licence.rpartition("/")[2]
        known_licence = [{"@id": licence, "@type": "CreativeWork", "name": name}]
    version = (source["commit"] or "unknown") + (" with changes" if source["differs"] else "")
    entities = {name: _file(name, known) for name, known in files.items()}
    entities["Snakefile"] |= _workflow(version, rules)
    for step in rules.values():
        entities[step.script]["@type"] = ["File", "SoftwareSourceCode"]
        entities[step.script].setdefault("version", step.code)
    for name, parameter in ((layout.CONFIG, "config"), (results[0], "result")):
        entities[name]["exampleOfWork"] = reference(f"#parameter/{parameter}")
    return {
        "@context": _CONTEXT,
        "@graph": [
            _DESCRIPTOR,
            {
                "@id": "./",
                "@type": "Dataset",
                "name": f"Defrost study {study}",
                "description": "Which layers of which pretrained network to transfer to a target"
                f" task with little data: the study {study} and all that made it. Unpacked, it is"
                " a folder that the workflow runs in; docs/bundles.md says how to check it.",
                "datePublished": time(max(step.ended for step in steps)),
                "license": reference(licence) if known_licence else licence,
                "conformsTo": [reference(profile) for profile in _PROFILES],
                "mainEntity": reference("Snakefile"),
                "hasPart": [reference(name) for name in files],
                "mentions": [
                    reference(each["@id"])
                    for each in (whole_run(steps, results), *actions)
                    if each["@type"] == "CreateAction"
                ],
            },
            *entities.values(),
            *(_left_out(name, digest) for name, digest in left_out.items()),
            *(
                {"@id": address, "@type": "CreativeWork", "name": name, "version": "0.5"}
                for address, name in _PROFILES.items()
            ),
            *known_licence,
            _LANGUAGE,
            {
                "@id": SNAKEMAKE,
                "@type": "SoftwareApplication",
                "name": "Snakemake",
                "url": SNAKEMAKE,
                "softwareVersion": snakemake,
            },
            _parameter("config", layout.CONFIG),
            _parameter("result", results[0]),
            *(how_to(place, step) for place, step in enumerate(rules.values(), start=1)),
            engine_run(steps, snakemake),
            whole_run(steps, results),
            *actions,
        ],
    }


def _file(name: str, known: dict) -> dict:
    entity = {**reference(name), "@type": "File", "name": name}
    if known:
        entity |= {"contentSize": str(known["size"]), "sha256": known["sha256"]}
    if kind := _FORMATS.get(name.rpartition(".")[2]):
        entity["encodingFormat"] = kind
    if about := _ABOUT.get(name):
        entity["description"] = about
    return entity


def _left_out(name: str, digest: str | None) -> dict:
    entity = {
        **reference(left_out_name(name)),
        "@type": "CreativeWork",
        "name": name,
        "description": "Not in the bundle: the workflow makes it again, or its user has it.",
    }
    return entity | ({"sha256": digest} if digest else {})


def _workflow(version: str, rules: dict[str, Step]) -> dict:
    return {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": "Defrost",
        "version": version,
        "license": reference("https://spdx.org/licenses/MIT"),
        "programmingLanguage": reference(_LANGUAGE["@id"]),
        "conformsTo": reference(
            "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
        ),
        "hasPart": [reference(name) for name in sorted({step.script for step in rules.values()})],
        "step": [reference(f"#step/{rule}") for rule in rules],
        "input": [reference("#parameter/config")],
        "output": [reference("#parameter/result")],
    }


def _parameter(name: str, example: str) -> dict:
    return {
        "@id": f"#parameter/{name}",
        "@type": "FormalParameter",
        "additionalType": "File",
        "conformsTo": reference("https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"),
        "name": name,
        "workExample": reference(example),
    }

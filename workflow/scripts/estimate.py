"""Print what a run takes: jobs, hours and disk space. Nothing of it is run."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import json
import sys
import tempfile
from pathlib import Path

from defrost.estimate.costs import Machine, cost_of
from defrost.estimate.plan import finish_plan, start_plan
from defrost.estimate.report import report
from defrost.estimate.starts import measure_starts
from defrost.estimate.study import Study, known_images
from defrost.training.torch_setup import set_up_device, set_up_torch

config = snakemake.params.settings
set_up_torch(config["torch_threads"])
# `cuda` may be on other machines than this one
device = set_up_device("cpu" if config["device"] == "cpu" else "auto")

# the same config again, with whatever was given on the command line
with tempfile.TemporaryDirectory() as folder:
    overlay = Path(folder, "config.json")
    overlay.write_text(json.dumps(snakemake.params.config))
    files = [Path(folder, name) for name in ("whole", "left")]
    plans = [
        start_plan(overlay, file, *options)
        for file, options in zip(files, [["--forceall"], []], strict=True)
    ]
    starts = measure_starts()
    whole, left = map(finish_plan, plans, files)

studies, unknown = {}, []
for name in config["run"]:
    target = config["studies"][name]["target"]
    if images := known_images(target, Path("results", name, "data/target.safetensors")):
        studies[name] = Study(config, name, images)
    else:
        unknown.append(name)
gpu_rate = None if device == "cuda" else config["gpu_tflops"] * 1e12
machine = Machine(starts, gpu_rate)
costs = [cost_of(job, studies.get(job.wildcards.get("study")), machine) for job in whole]

text = report(whole, costs, left, snakemake.threads, gpu_rate, unknown)
for place in (sys.stdout, sys.__stdout__):  # the log and the terminal
    print(text, file=place)

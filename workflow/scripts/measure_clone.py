"""Measure a clone, and a network trained on it alone, against held-out real images."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from statistics import fmean

from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import write_rows
from defrost.provenance.record import make_record
from defrost.statistics.two_sample import STATISTICS, by_class
from defrost.training.evaluate import evaluate
from defrost.training.torch_setup import set_up_torch

settings = snakemake.params.settings
set_up_torch(settings["torch_threads"])

target = Dataset.read(snakemake.input.target)
clone = Dataset.read(snakemake.input.clone)
network = read_network(snakemake.input.network, settings["network"], target.image_shape)

# every draw has images of its own, so that draws are independent
draw, draws = settings["seed"], settings["draws"]
held_out = target.splits["test"].part(draw, draws)
real, drawn = (dataset.splits["train"].part(draw, draws) for dataset in (target, clone))
measured = {
    name: [fmean(by_class(statistic, images, held_out)) for images in (drawn, real)]
    for name, statistic in STATISTICS.items()
}
accuracy, _ = evaluate(network, *target.normalised("test"))
measured["real_test_accuracy"] = [accuracy, 1 / target.classes]
rows = [
    {
        "study": settings["study"],
        "source": settings["source"],
        "seed": settings["seed"],
        "quantity": quantity,
        "value": value,
        "chance": chance,
    }
    for quantity, (value, chance) in measured.items()
]

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_rows(snakemake.output.rows, rows, record)
for row in rows:
    print("{quantity}: {value:.4f} (by chance {chance:.4f})".format(**row))

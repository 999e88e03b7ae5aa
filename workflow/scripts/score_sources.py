"""Score a source for every target network, by the labelled examples that one was trained on."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from itertools import product

from defrost.data.dataset import Dataset
from defrost.networks.build import read_network
from defrost.provenance.files import read_tensors, write_rows
from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.selection.source_scores import class_probabilities, score_blocks
from defrost.training.torch_setup import set_up_torch
from defrost.transfer.cross_validation import labelled_folds
from defrost.transfer.pupils import ReplicateSeeds

settings, files = snakemake.params.settings, snakemake.input
set_up_torch(settings["torch_threads"])
seeds = Seeds(settings["root_seed"])
named = ReplicateSeeds(settings["target"], seeds)

target = Dataset.read(files.target)
network = read_network(files.source, settings["network"], target.image_shape)
probe = read_tensors(files.probe)
points, names = settings["rank_points"], ("study", "source")

rows = []
networks = product(settings["sizes"], range(settings["replicates"]))
for (size, replicate), reference in zip(networks, files.references, strict=True):
    # the first of a class-balanced order: balanced too, and what the scores cost stays bounded
    of_target = target.splits["train"].labels
    subset, folds = labelled_folds(
        of_target, min(size, points), settings["folds"], replicate, named
    )
    images, labels = target.normalised("train", subset)
    values = score_blocks(
        network.activations(images, settings["maps"]),
        labels,
        folds,
        class_probabilities(network, images),
        (probe, read_tensors(reference)),
        points,
    )
    cell = {**{name: settings[name] for name in names}, "size": size, "replicate": replicate}
    rows += [{**cell, **row, "examples": len(labels)} for row in values]
    print(f"n = {size}, replicate {replicate}")
    for row in values:
        print("  {score} of {block}: {value:.4f} {reason}".format(**row))

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_rows(snakemake.output.rows, rows, record)

"""Score every source for every target network, by the labelled examples that was trained on."""

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
of_target, points = target.splits["train"].labels, settings["rank_points"]
names = [(n, r) for n in settings["target_sizes"] for r in range(settings["replicates"])]
references = dict(zip(names, files.references, strict=True))

rows = []
for source, path, probe in zip(settings["sources"], files.sources, files.probes, strict=True):
    network = read_network(path, settings["network"], target.image_shape)
    probed = read_tensors(probe)
    for size, replicate in product(settings["sizes"][source], range(settings["replicates"])):
        # the first of a class-balanced order: balanced too, and what the scores cost stays bounded
        subset, folds = labelled_folds(
            of_target, min(size, points), settings["folds"], replicate, named
        )
        images, labels = target.normalised("train", subset)
        values = score_blocks(
            network.activations(images, settings["maps"]),
            labels,
            folds,
            class_probabilities(network, images),
            (probed, read_tensors(references[size, replicate])),
            points,
        )
        cell = {"study": settings["study"], "source": source, "size": size, "replicate": replicate}
        rows += [{**cell, **row, "examples": len(labels)} for row in values]
        print(f"{source}, n = {size}, replicate {replicate}")
        for row in values:
            print("  {score} of {block}: {value:.4f} {reason}".format(**row))

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_rows(snakemake.output.rows, rows, record)

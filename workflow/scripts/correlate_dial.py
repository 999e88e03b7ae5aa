"""Correlate similarity with the dial that sets how much source and target share."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import numpy as np

from defrost.provenance.record import make_record
from defrost.provenance.seeds import Seeds
from defrost.provenance.tables import read_table, write_table
from defrost.statistics.dial_correlation import dial_correlation_table

settings = snakemake.params.settings
seeds = Seeds(settings["root_seed"])
generator = np.random.default_rng(seeds(settings["study"], "dial correlation"))
similarity = read_table(snakemake.input.similarity, snakemake.input.similarity_schema)
table = dial_correlation_table(similarity, settings["dials"], generator)

record = make_record(snakemake.rule, settings, snakemake.params.code, seeds)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(table.to_string(index=False, float_format="%.3f"))

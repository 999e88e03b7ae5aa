"""Collect the measures of every clone, with intervals over networks and draws."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import pandas as pd

from defrost.provenance.record import make_record
from defrost.provenance.tables import write_table
from defrost.statistics.clone_ladder import clone_ladder_table

parts = pd.concat([pd.read_csv(path) for path in snakemake.input.rows], ignore_index=True)
table = clone_ladder_table(parts)

record = make_record(snakemake.rule, snakemake.params.settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(table.to_string(index=False, float_format="%.4f"))

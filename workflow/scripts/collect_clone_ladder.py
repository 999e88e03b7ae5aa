"""Collect the measures of every clone, with intervals over networks and draws."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_parts, write_table
from defrost.statistics.clone_ladder import clone_ladder_table

parts = read_parts(snakemake.input.rows, snakemake.input.rows_schema)
table = clone_ladder_table(parts)

record = make_record(snakemake.rule, snakemake.params.settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(table.to_string(index=False, float_format="%.4f"))

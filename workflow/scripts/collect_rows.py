"""Collect the rows that the jobs of a study left into one table."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_parts, write_table

table = read_parts(snakemake.input.rows, snakemake.input.schema)
record = make_record(snakemake.rule, snakemake.params.settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(f"{len(table)} rows from {len(snakemake.input.rows)} files")

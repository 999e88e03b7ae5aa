"""Find the optimal depth of every source, protocol and size, and what it gains."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table, write_table
from defrost.statistics.optimal_depth_table import optimal_depth_table

settings = snakemake.params.settings
accuracy = read_table(snakemake.input.accuracy, snakemake.input.accuracy_schema)
table = optimal_depth_table(accuracy, settings["blocks"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(table.to_string(index=False, float_format="%.4f"))

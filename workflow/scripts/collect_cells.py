"""Collect the rows of every cell that was trained, and give shared cells rows of their own."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_parts, write_table
from defrost.statistics.cells import with_shared_cells

settings = snakemake.params.settings
shared = {
    (cell["protocol"], cell["depth"]): (cell["trained_protocol"], cell["trained_depth"])
    for cell in settings["cells"]
}
trained = read_parts(snakemake.input.rows, snakemake.input.schema)
table = with_shared_cells(trained, shared)

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
print(f"{len(table)} rows, {len(trained)} of them from {len(snakemake.input.rows)} files")

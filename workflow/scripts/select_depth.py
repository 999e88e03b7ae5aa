"""Select the depth of every replicate by cross-validation, and hold it against the test split."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table, write_table
from defrost.selection.selected_depth import selected_depth_table
from defrost.statistics.intervals import mean_interval

settings, files = snakemake.params.settings, snakemake.input
validation = read_table(files.validation, files.validation_schema)
accuracy = read_table(files.accuracy, files.accuracy_schema)
table = selected_depth_table(validation, accuracy, settings["blocks"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, table, files.schema, record)
for (source, protocol, size), rows in table.groupby(["source", "protocol", "size"]):
    print(f"{source}, {protocol}, n = {size}: mean regret over {len(rows)} replicates")
    for column in table.columns[table.columns.str.startswith("regret")]:
        if rows[column].notna().all():
            mean, low, high = mean_interval(rows[column].to_numpy())
            limits = f" ({low:.4f} to {high:.4f})" if len(rows) > 1 else ""
            print(f"  {column.replace('_', ' ')}: {mean:.4f}{limits}")

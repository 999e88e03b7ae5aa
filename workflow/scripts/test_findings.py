"""Put the statements of the literature to the test in one study."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.findings.page import findings_page
from defrost.findings.study import Study
from defrost.findings.table import findings_table
from defrost.provenance.files import write_record, written_whole
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table, write_table

settings = snakemake.params.settings
study = Study(
    name=settings["study"],
    blocks=settings["blocks"],
    sources=settings["sources"],
    controls=settings["controls"],
    similarity_order=settings["similarity_order"],
    accuracy=read_table(snakemake.input.accuracy, snakemake.input.accuracy_schema),
    similarity=read_table(snakemake.input.similarity, snakemake.input.similarity_schema),
)
table = findings_table(study)

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, table, snakemake.input.schema, record)
with written_whole(snakemake.output.page) as page:
    page.write_text(findings_page(table))
write_record(snakemake.output.page_record, record, snakemake.output.page)
print(table[["finding", "value", "low", "high", "verdict"]].to_string(index=False, na_rep="-"))

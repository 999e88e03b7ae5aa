"""Plot the number of every statement with its interval and verdict."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.findings import draw_findings
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

findings = read_table(snakemake.input.findings, snakemake.input.schema)
figure, plotted = draw_findings(findings)

record = make_record(snakemake.rule, snakemake.params.settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} statements")

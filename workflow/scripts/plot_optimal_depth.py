"""Plot optimal transfer depth against the number of labelled examples."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.optimal_depth import draw_optimal_depth
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
optimal = read_table(snakemake.input.optimal, snakemake.input.schema)
figure, plotted = draw_optimal_depth(
    optimal,
    settings["sources"],
    settings["protocols"],
    settings["depths"],
    settings["dials"],
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

"""Plot optimal transfer depth and its gain over source-target similarity and labelled examples."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.phase_diagram import draw_phase_diagram
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
optimal = read_table(snakemake.input.optimal, snakemake.input.schema)
figure, plotted = draw_phase_diagram(
    optimal, settings["dial"], settings["dials"], settings["protocols"], settings["depths"]
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} cells")

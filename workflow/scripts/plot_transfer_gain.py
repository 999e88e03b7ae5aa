"""Plot what transfer gains over scratch, and over the standard protocol."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.style import save_figure
from defrost.figures.transfer_gain import draw_transfer_gain
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
optimal = read_table(snakemake.input.optimal, snakemake.input.schema)
figure, plotted = draw_transfer_gain(
    optimal, settings["sources"], settings["protocols"], settings["dials"]
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

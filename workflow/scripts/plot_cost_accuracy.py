"""Plot test accuracy against the cost of training."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.cost_accuracy import draw_cost_accuracy
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
accuracy = read_table(snakemake.input.accuracy, snakemake.input.schema)
figure, plotted = draw_cost_accuracy(accuracy, settings["sources"], settings["protocols"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

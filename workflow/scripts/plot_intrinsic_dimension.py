"""Plot the intrinsic dimension of the representations in every block."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.intrinsic_dimension import draw_intrinsic_dimension
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
dimension = read_table(snakemake.input.dimension, snakemake.input.schema)
figure, plotted = draw_intrinsic_dimension(dimension, settings["sources"], settings["dials"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

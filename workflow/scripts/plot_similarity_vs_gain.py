"""Plot what sources gain against how similar their networks are to the target's."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.similarity_vs_gain import draw_similarity_vs_gain
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
figure, plotted = draw_similarity_vs_gain(
    read_table(snakemake.input.similarity, snakemake.input.similarity_schema),
    read_table(snakemake.input.optimal, snakemake.input.optimal_schema),
    settings["sources"],
    settings["protocols"],
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

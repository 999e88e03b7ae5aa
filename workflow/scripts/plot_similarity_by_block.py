"""Plot similarity of source and target networks in every block."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.similarity_by_block import draw_similarity_by_block
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
similarity = read_table(snakemake.input.similarity, snakemake.input.schema)
figure, plotted = draw_similarity_by_block(similarity, settings["sources"], settings["dials"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

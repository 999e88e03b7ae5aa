"""Plot similarity of every block of one network to every block of another."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.similarity_matrix import draw_similarity_matrix
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
similarity = read_table(snakemake.input.similarity, snakemake.input.schema)
figure, plotted = draw_similarity_matrix(similarity, settings["sources"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} cells")

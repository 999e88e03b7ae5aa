"""Plot how far each score ranks the sources as transfer did, and what its pick loses."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.source_ranking import draw_source_ranking
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
ranking = read_table(snakemake.input.ranking, snakemake.input.schema)
figure, plotted = draw_source_ranking(ranking)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

"""Write, in place of a figure, why a study has nothing to show in it."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.figures.nothing import draw_nothing
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record

settings = snakemake.params.settings
figure, plotted = draw_nothing(settings["study"], settings["figure"], settings["reason"])

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"nothing to show: the study {settings['reason']}")

"""Plot the loss curves of the WGAN clones and some of their images beside the target's."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.figures.style import save_figure
from defrost.figures.wgan_training import draw_wgan_training
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table

settings = snakemake.params.settings
target = Dataset.read(snakemake.input.target)
clones = [Dataset.read(path) for path in snakemake.input.clones]
losses = [read_table(path, snakemake.input.schema) for path in snakemake.input.losses]
figure, plotted = draw_wgan_training(
    target,
    dict(zip(settings["clones"], clones, strict=True)),
    dict(zip(settings["clones"], losses, strict=True)),
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} points")

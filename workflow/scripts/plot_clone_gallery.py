"""Plot images of the target beside those of its clones."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from defrost.data.dataset import Dataset
from defrost.figures.clone_gallery import draw_clone_gallery
from defrost.figures.style import save_figure
from defrost.provenance.record import make_record

settings = snakemake.params.settings
target = Dataset.read(snakemake.input.target)
clones = zip(settings["clones"], snakemake.input.clones, strict=True)
figure, plotted = draw_clone_gallery(
    target, settings["target"]["dataset"], {name: Dataset.read(path) for name, path in clones}
)

record = make_record(snakemake.rule, settings, snakemake.params.code)
save_figure(snakemake.output.pdf, figure, plotted, record)
print(f"{len(plotted)} pixels")

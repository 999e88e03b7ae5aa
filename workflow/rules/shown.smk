# What the report shows, and in which order; no rules here.
#
# REQUIRED INPUTS   STUDIES, from common.smk, and figure_files, from paths.smk
# OUTPUTS           shown(), which marks an output for the report, and the texts of the report

from string import ascii_lowercase

PAGES = ["findings.html", "recommendation.html"]


def shown(path, title, caption):
    """An output that the report shows, in its study's section.

    Snakemake sorts sections and results by their names, which is why they begin with a number
    and a letter: sections in the config's order, results in the order of `FIGURES` and pages.
    """

    def labels(wildcards):
        place = _results(wildcards.study).index(Path(path).name)
        # A second label would become a switch that some results of a search lack.
        return {"result": f"{_number(wildcards.study)}{ascii_lowercase[place]} {title}"}

    def section(wildcards):
        return f"{_number(wildcards.study)}. {wildcards.study}"

    text = f"../report/{caption}.rst"
    return report(path, caption=text, category=section, labels=labels)


def report_texts():
    """Methods, captions and style of the report."""
    return sorted(str(path) for path in Path("workflow/report").iterdir())


def _results(study):
    """Names of what the report shows of a study: its figures, then its pages."""
    files = [Path(file) for file in figure_files(*FIGURES)]
    folder = Path("results", study, "figures")
    pictures = [
        file for file in files if file.parent == folder and file.suffix == ".png"
    ]
    return [*(file.name for file in pictures), *PAGES]


def _number(study):
    """A study's place in the config, as wide as that of the last."""
    return str(list(STUDIES).index(study) + 1).zfill(len(str(len(STUDIES))))

# Which figures are drawn of which study; no rules here.
#
# REQUIRED INPUTS   STUDIES, from common.smk, and FIGURES, from paths.smk
# OUTPUTS           files of figures, as inputs and outputs of the rules


def shown_in(name):
    """Studies, to run or not, that have something to show in a figure."""
    has_something, _ = FIGURES[name]
    return [study for study in STUDIES if has_something(STUDIES[study])]


def figure_outputs(name):
    """Files of a figure, of studies that have something to show; the report shows its picture."""
    stem = f"results/{{study,{'|'.join(shown_in(name)) or NO_STUDY}}}/figures/{name}"
    files = {ext: f"{stem}.{ext}" for ext in FIGURE_FILES}
    picture = shown(files["png"], title=name.replace("_", " "), caption=name)
    return {**files, "png": picture, "json": f"{stem}.json"}


def with_nothing_to_show():
    """Constraint on {study} that matches where it has nothing to show in the figure of a path."""
    patterns = []
    for study in STUDIES:
        if figures := [name for name in FIGURES if study not in shown_in(name)]:
            patterns.append(rf"{study}(?=/figures/(?:{'|'.join(figures)})\.)")
    return "|".join(patterns) or NO_STUDY


def figure_files(*names):
    """Files of figures of every study to run that has something to show in them."""
    stems = [
        f"results/{study}/figures/{name}"
        for study in CONFIG["run"]
        for name in names
        if study in shown_in(name)
    ]
    return expand("{stem}.{ext}", stem=stems, ext=FIGURE_FILES)


def named_figure(name):
    """Files of a figure that was asked for by name: where there is nothing to show, why."""
    why = "results/{study}/figures/{name}.{ext}"
    return figure_files(name) or expand(
        why, study=CONFIG["run"], name=name, ext=FIGURE_FILES
    )

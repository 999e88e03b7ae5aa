# Which files a study has; no rules here.
#
# REQUIRED INPUTS   STUDIES, from common.smk
# OUTPUTS           paths below results/{study}, as inputs and outputs of the rules

FIGURE_FILES = ["pdf", "png", "csv"]


def cell_files(wildcards):
    """Rows of every cell of a study."""
    study = STUDIES[wildcards.study]
    blocks = list(
        grid.replicate_blocks(study["replicates"], CONFIG["replicates_per_job"])
    )
    return [
        f"results/{wildcards.study}/{_cell_folder(cell)}/replicates-{first}-{last}.csv"
        for cell in grid.cells(study)
        for first, last in blocks
    ]


def similarity_files(wildcards):
    """Rows of every pair of a source and a reference network of a study."""
    return [
        f"results/{wildcards.study}/similarity/{source}/to/{reference}.csv"
        for source in source_networks(wildcards.study)
        for reference in reference_networks(wildcards.study)
    ]


def dimension_files(wildcards):
    """Rows of every source and reference network of a study."""
    networks = source_networks(wildcards.study) + reference_networks(wildcards.study)
    return [
        f"results/{wildcards.study}/intrinsic_dimension/{network}.csv"
        for network in networks
    ]


def source_networks(study):
    """Source networks of a study: their files below its folder, without suffix."""
    return [f"sources/{source}/seed-0" for source in STUDIES[study]["sources"]]


def reference_networks(study):
    """Reference networks of a study, likewise."""
    references = STUDIES[study]["references"]
    return [
        f"references/size-{size}/replicate-{replicate}"
        for size in references["sizes"]
        for replicate in range(references["replicates"])
    ]


def _cell_folder(cell):
    if cell.source == "scratch":
        return f"scratch/size-{cell.size}"
    return f"transfer/{cell.source}/{cell.protocol}/depth-{cell.depth}/size-{cell.size}"


def clones(wildcards):
    """Names of the sources of a study that are clones."""
    sources = STUDIES[wildcards.study]["sources"]
    return [name for name, source in sources.items() if source["kind"] == "clone"]


def figure_outputs(name):
    """Files of a figure; the report shows its picture."""
    files = {ext: f"results/{{study}}/figures/{name}.{ext}" for ext in FIGURE_FILES}
    caption, labels = f"../report/{name}.rst", {"figure": name.replace("_", " ")}
    picture = report(files["png"], caption=caption, category="{study}", labels=labels)
    return {**files, "png": picture, "json": f"results/{{study}}/figures/{name}.json"}


def figure_files(*names):
    """Files of figures of every study to run."""
    stems = expand("results/{study}/figures/{name}", study=CONFIG["run"], name=names)
    return expand("{stem}.{ext}", stem=stems, ext=FIGURE_FILES)

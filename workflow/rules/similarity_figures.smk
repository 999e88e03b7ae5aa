# Figures of representations: drawn from tables, so that a change of style compares nothing.
#
# REQUIRED INPUTS   results/{study}/tables/similarity.csv
#                   results/{study}/tables/intrinsic_dimension.csv
# OUTPUTS           results/{study}/figures/{name}.pdf, .png, .csv (the numbers) and .json
#                   for similarity_by_block, similarity_matrix, intrinsic_dimension


# Plots similarity of source and target networks in every block.
rule plot_similarity_by_block:
    input:
        similarity="results/{study}/tables/similarity.csv",
        schema=f"{SCHEMAS}/similarity.schema.yaml",
    output:
        **figure_outputs("similarity_by_block"),
    log:
        "results/{study}/logs/plot_similarity_by_block.log",
    benchmark:
        "results/{study}/benchmarks/plot_similarity_by_block.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(w, "references", "target"),
        code=code("plot_similarity_by_block.py"),
    script:
        "../scripts/plot_similarity_by_block.py"


# Plots similarity of every block of a source network to every block of a target network.
rule plot_similarity_matrix:
    input:
        similarity="results/{study}/tables/similarity.csv",
        schema=f"{SCHEMAS}/similarity.schema.yaml",
    output:
        **figure_outputs("similarity_matrix"),
    log:
        "results/{study}/logs/plot_similarity_matrix.log",
    benchmark:
        "results/{study}/benchmarks/plot_similarity_matrix.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(w, "references", "target"),
        code=code("plot_similarity_matrix.py"),
    script:
        "../scripts/plot_similarity_matrix.py"


# Plots the intrinsic dimension of the representations in every block.
rule plot_intrinsic_dimension:
    input:
        dimension="results/{study}/tables/intrinsic_dimension.csv",
        schema=f"{SCHEMAS}/intrinsic_dimension.schema.yaml",
    output:
        **figure_outputs("intrinsic_dimension"),
    log:
        "results/{study}/logs/plot_intrinsic_dimension.log",
    benchmark:
        "results/{study}/benchmarks/plot_intrinsic_dimension.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(w, "references", "target"),
        code=code("plot_intrinsic_dimension.py"),
    script:
        "../scripts/plot_intrinsic_dimension.py"

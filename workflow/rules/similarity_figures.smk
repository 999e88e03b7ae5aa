# Figures of representations: drawn from tables, so that a change of style compares nothing.
#
# REQUIRED INPUTS   results/{study}/tables/similarity.csv
#                   results/{study}/tables/intrinsic_dimension.csv
#                   results/{study}/tables/optimal_depth.csv
# OUTPUTS           results/{study}/figures/{name}.pdf, .png, .csv (the numbers) and .json
#                   for similarity_by_block, similarity_matrix, intrinsic_dimension,
#                   similarity_vs_gain


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
        settings=lambda w: line_settings(w, "references", "target"),
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
        settings=lambda w: line_settings(w, "references", "target"),
        code=code("plot_intrinsic_dimension.py"),
    script:
        "../scripts/plot_intrinsic_dimension.py"


# Plots what sources gain against how similar their networks are to the target's.
rule plot_similarity_vs_gain:
    input:
        similarity="results/{study}/tables/similarity.csv",
        similarity_schema=f"{SCHEMAS}/similarity.schema.yaml",
        optimal="results/{study}/tables/optimal_depth.csv",
        optimal_schema=f"{SCHEMAS}/optimal_depth.schema.yaml",
    output:
        **figure_outputs("similarity_vs_gain"),
    log:
        "results/{study}/logs/plot_similarity_vs_gain.log",
    benchmark:
        "results/{study}/benchmarks/plot_similarity_vs_gain.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(
            w, "protocols", "references", "replicates", "target"
        ),
        code=code("plot_similarity_vs_gain.py"),
    script:
        "../scripts/plot_similarity_vs_gain.py"

# Figures: drawn from tables, so that a change of style trains nothing.
#
# REQUIRED INPUTS   results/{study}/tables/accuracy.csv
#                   results/{study}/tables/optimal_depth.csv
#                   results/{study}/tables/similarity.csv
#                   results/{study}/tables/intrinsic_dimension.csv
# OUTPUTS           results/{study}/figures/{name}.pdf, .png, .csv (the numbers) and .json
#                   for every name in FIGURES (paths.smk) but those of ladder.smk


# Plots test accuracy against transfer depth.
rule plot_accuracy_by_depth:
    input:
        accuracy="results/{study}/tables/accuracy.csv",
        schema=f"{SCHEMAS}/accuracy.schema.yaml",
    output:
        **figure_outputs("accuracy_by_depth"),
    log:
        "results/{study}/logs/plot_accuracy_by_depth.log",
    benchmark:
        "results/{study}/benchmarks/plot_accuracy_by_depth.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(w, "protocols", "replicates", "target"),
        code=code("plot_accuracy_by_depth.py"),
    script:
        "../scripts/plot_accuracy_by_depth.py"


# Plots optimal transfer depth against the number of labelled examples.
rule plot_optimal_depth:
    input:
        optimal="results/{study}/tables/optimal_depth.csv",
        schema=f"{SCHEMAS}/optimal_depth.schema.yaml",
    output:
        **figure_outputs("optimal_depth"),
    log:
        "results/{study}/logs/plot_optimal_depth.log",
    benchmark:
        "results/{study}/benchmarks/plot_optimal_depth.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: line_settings(w, "depths", "protocols", "replicates"),
        code=code("plot_optimal_depth.py"),
    script:
        "../scripts/plot_optimal_depth.py"


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


# Plots optimal depth and its gain over source-target similarity and labelled examples.
rule plot_phase_diagram:
    input:
        optimal="results/{study}/tables/optimal_depth.csv",
        schema=f"{SCHEMAS}/optimal_depth.schema.yaml",
    output:
        **figure_outputs("phase_diagram"),
    log:
        "results/{study}/logs/plot_phase_diagram.log",
    benchmark:
        "results/{study}/benchmarks/plot_phase_diagram.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, "depths", "protocols", "replicates", **dial_settings(w)
        ),
        code=code("plot_phase_diagram.py"),
    script:
        "../scripts/plot_phase_diagram.py"


# Plots test accuracy against what training cost.
rule plot_cost_accuracy:
    input:
        accuracy="results/{study}/tables/accuracy.csv",
        schema=f"{SCHEMAS}/accuracy.schema.yaml",
    output:
        **figure_outputs("cost_accuracy"),
    log:
        "results/{study}/logs/plot_cost_accuracy.log",
    benchmark:
        "results/{study}/benchmarks/plot_cost_accuracy.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: figure_settings(w, "protocols", "replicates", "target"),
        code=code("plot_cost_accuracy.py"),
    script:
        "../scripts/plot_cost_accuracy.py"

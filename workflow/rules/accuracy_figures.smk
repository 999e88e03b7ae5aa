# Figures of accuracy: drawn from tables, so that a change of style trains nothing.
#
# REQUIRED INPUTS   results/{study}/tables/accuracy.csv
#                   results/{study}/tables/optimal_depth.csv
# OUTPUTS           results/{study}/figures/{name}.pdf, .png, .csv (the numbers) and .json
#                   for accuracy_by_depth, optimal_depth, transfer_gain, phase_diagram, cost_accuracy


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


# Plots what transfer gains over scratch, and over the standard protocol.
rule plot_transfer_gain:
    input:
        optimal="results/{study}/tables/optimal_depth.csv",
        schema=f"{SCHEMAS}/optimal_depth.schema.yaml",
    output:
        **figure_outputs("transfer_gain"),
    log:
        "results/{study}/logs/plot_transfer_gain.log",
    benchmark:
        "results/{study}/benchmarks/plot_transfer_gain.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: line_settings(w, "protocols", "replicates", "target"),
        code=code("plot_transfer_gain.py"),
    script:
        "../scripts/plot_transfer_gain.py"


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

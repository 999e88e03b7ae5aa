# Analysis: the tables, made from what the jobs left.
#
# REQUIRED INPUTS   results/{study}/scratch and transfer: rows of every cell
#                   results/{study}/similarity: rows of every pair of networks
# OUTPUTS           results/{study}/tables/accuracy.csv
#                   results/{study}/tables/optimal_depth.csv
#                   results/{study}/tables/similarity.csv
#                   results/{study}/tables/dial_correlation.csv, of studies that sweep a dial


# Collects the rows of every cell of the grid.
rule collect_accuracy:
    input:
        rows=cell_files,
        schema=f"{SCHEMAS}/accuracy.schema.yaml",
    output:
        table="results/{study}/tables/accuracy.csv",
        record="results/{study}/tables/accuracy.csv.json",
    log:
        "results/{study}/logs/collect_accuracy.log",
    benchmark:
        "results/{study}/benchmarks/collect_accuracy.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w, cells=trained_cells(w)),
        code=code("collect_cells.py"),
    script:
        "../scripts/collect_cells.py"


# Finds the optimal depth of every source, protocol and size, and what it gains.
rule find_optimal_depth:
    input:
        accuracy="results/{study}/tables/accuracy.csv",
        accuracy_schema=f"{SCHEMAS}/accuracy.schema.yaml",
        schema=f"{SCHEMAS}/optimal_depth.schema.yaml",
    output:
        table="results/{study}/tables/optimal_depth.csv",
        record="results/{study}/tables/optimal_depth.csv.json",
    log:
        "results/{study}/logs/find_optimal_depth.log",
    benchmark:
        "results/{study}/benchmarks/find_optimal_depth.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, blocks=number_of_blocks(STUDIES[w.study]["network"])
        ),
        code=code("find_optimal_depth.py"),
    script:
        "../scripts/find_optimal_depth.py"


# Collects the similarity of every source network to every reference network.
rule collect_similarity:
    input:
        rows=similarity_files,
        schema=f"{SCHEMAS}/similarity.schema.yaml",
    output:
        table="results/{study}/tables/similarity.csv",
        record="results/{study}/tables/similarity.csv.json",
    log:
        "results/{study}/logs/collect_similarity.log",
    benchmark:
        "results/{study}/benchmarks/collect_similarity.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w),
        code=code("collect_rows.py"),
    script:
        "../scripts/collect_rows.py"


# Correlates similarity with the dial that sets how much source and target share.
rule correlate_dial:
    input:
        similarity="results/{study}/tables/similarity.csv",
        similarity_schema=f"{SCHEMAS}/similarity.schema.yaml",
        schema=f"{SCHEMAS}/dial_correlation.schema.yaml",
    output:
        table="results/{study}/tables/dial_correlation.csv",
        record="results/{study}/tables/dial_correlation.csv.json",
    log:
        "results/{study}/logs/correlate_dial.log",
    benchmark:
        "results/{study}/benchmarks/correlate_dial.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w, root_seed=CONFIG["root_seed"], **dial_settings(w)
        ),
        code=code("correlate_dial.py"),
    script:
        "../scripts/correlate_dial.py"

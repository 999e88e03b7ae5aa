# Findings: the statements of the literature, put to the test in every study.
#
# REQUIRED INPUTS   results/{study}/tables/accuracy.csv
#                   results/{study}/tables/similarity.csv
# OUTPUTS           results/{study}/tables/findings.csv, and findings.html to read
#                   results/{study}/figures/findings


# Tests every statement, with an interval and a verdict.
rule test_findings:
    input:
        accuracy="results/{study}/tables/accuracy.csv",
        accuracy_schema=f"{SCHEMAS}/accuracy.schema.yaml",
        similarity="results/{study}/tables/similarity.csv",
        similarity_schema=f"{SCHEMAS}/similarity.schema.yaml",
        schema=f"{SCHEMAS}/findings.schema.yaml",
    output:
        table="results/{study}/tables/findings.csv",
        record="results/{study}/tables/findings.csv.json",
        page=shown(
            "results/{study}/tables/findings.html",
            title="findings in words",
            caption="findings_page",
        ),
        page_record="results/{study}/tables/findings.html.json",
    log:
        "results/{study}/logs/test_findings.log",
    benchmark:
        "results/{study}/benchmarks/test_findings.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            blocks=number_of_blocks(STUDIES[w.study]["network"]),
            controls=origins.controls(STUDIES[w.study]),
            similarity_order=origins.similarity_order(STUDIES[w.study]),
            sources=list(STUDIES[w.study]["sources"]),
        ),
        code=code("test_findings.py"),
    script:
        "../scripts/test_findings.py"


# Plots the number of every statement with its interval and verdict.
rule plot_findings:
    input:
        findings="results/{study}/tables/findings.csv",
        schema=f"{SCHEMAS}/findings.schema.yaml",
    output:
        **figure_outputs("findings"),
    log:
        "results/{study}/logs/plot_findings.log",
    benchmark:
        "results/{study}/benchmarks/plot_findings.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=settings,
        code=code("plot_findings.py"),
    script:
        "../scripts/plot_findings.py"

# The report: one page with figures and findings, their captions and how each was made.
#
# REQUIRED INPUTS   every figure of every study
#                   results/{study}/tables/findings.csv and recommendation.json, with their pages
# OUTPUTS           results/report.html


# Writes Snakemake's own report, which needs no other file and no network.
rule report:
    input:
        figures=figure_files(*FIGURES),
        recommendations=recommendation_pages(),
        findings=table_files("findings"),
        methods="workflow/report/workflow.rst",
    output:
        page="results/report.html",
    log:
        "results/logs/report.log",
    benchmark:
        "results/benchmarks/report.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=config_of_run(),
        code=code("write_report.py"),
    script:
        "../scripts/write_report.py"

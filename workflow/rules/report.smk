# The report: figures, findings and recommendation with captions and how each was made.
#
# REQUIRED INPUTS   every figure of every study
#                   results/{study}/tables/findings.csv and recommendation.json, with their pages
# OUTPUTS           results/report.html, in one file
#                   results/report.zip, with the pictures as files of their own


rule report:
    """The report of all studies, in one file and as an archive."""
    input:
        figures=figure_files(*FIGURES),
        recommendations=recommendation_pages(),
        findings=table_files("findings"),
        texts=report_texts(),
    output:
        page="results/report.html",
        archive="results/report.zip",
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

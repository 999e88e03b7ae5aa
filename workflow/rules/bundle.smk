# Bundles: a study's run in one file, as an RO-Crate that others can check and go on from.
#
# REQUIRED INPUTS   every table and figure of the study, and its recommendation
# OUTPUTS           results/bundles/{study}/report.html and report.zip, of the study alone
#                   results/bundles/{study}.crate.zip


# Writes the report of a study alone.
rule report_study:
    input:
        results=results_of,
        texts=report_texts(),
    output:
        page="results/bundles/{study}/report.html",
        archive="results/bundles/{study}/report.zip",
    log:
        "results/{study}/logs/report_study.log",
    benchmark:
        "results/{study}/benchmarks/report_study.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: config_of_study(w),
        code=code("write_report.py"),
    script:
        "../scripts/write_report.py"


# Writes all that made a study's results, and these, into a bundle.
rule write_bundle:
    input:
        results=results_of,
        report="results/bundles/{study}/report.html",
        archive="results/bundles/{study}/report.zip",
    output:
        bundle="results/bundles/{study}.crate.zip",
        record="results/bundles/{study}.crate.zip.json",
    log:
        "results/{study}/logs/write_bundle.log",
    benchmark:
        "results/{study}/benchmarks/write_bundle.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: config_of_study(w, bundle=CONFIG["bundle"]),
        source=digest_of_source,
        code=code("write_bundle.py"),
    script:
        "../scripts/write_bundle.py"

# The check: every result read and held against its digest.
#
# REQUIRED INPUTS   none: whatever is in results
# OUTPUTS           none: a log that names every file that is damaged


rule check:
    """Reads all results and names those that are not as they were written."""
    log:
        "results/logs/check.log",
    benchmark:
        "results/benchmarks/check.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"results": "results"},
        code=code("check_results.py"),
    script:
        "../scripts/check_results.py"

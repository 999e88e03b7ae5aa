# The check: every result read and held against its digest.
#
# REQUIRED INPUTS   none: whatever is in results
# OUTPUTS           none but a log, which names every file that is damaged


# No benchmark: that would be an output, and a second check would find that nothing is to be done.
rule check:
    """Reads all results and names those that are not as they were written."""
    log:
        "results/logs/check.log",
    conda:
        "../../envs/environment.yaml"
    params:
        settings={"results": "results"},
        code=code("check_results.py"),
    script:
        "../scripts/check_results.py"

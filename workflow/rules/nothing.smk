# A figure that a study has nothing to show in says why.
#
# REQUIRED INPUTS   none
# OUTPUTS           results/{study}/figures/{figure}.pdf, .png, .csv (empty) and .json
#                   for the figures in which FIGURES (paths.smk) has nothing of the study


# Writes, in place of a figure, why there is nothing to show.
rule plot_nothing:
    output:
        **{
            ext: f"results/{{study}}/figures/{{figure}}.{ext}"
            for ext in [*FIGURE_FILES, "json"]
        },
    log:
        "results/{study}/logs/plot_nothing/{figure}.log",
    benchmark:
        "results/{study}/benchmarks/plot_nothing/{figure}.tsv"
    wildcard_constraints:
        study=with_nothing_to_show(),
        figure="|".join(FIGURES),
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w, figure=w.figure, reason=FIGURES[w.figure][1]),
        code=code("plot_nothing.py"),
    script:
        "../scripts/plot_nothing.py"

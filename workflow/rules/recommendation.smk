# The recommendation: what to transfer, by cross-validation alone.
#
# REQUIRED INPUTS   results/{study}/tables/cross_validation.csv
# OUTPUTS           results/{study}/recommendation.json
#                   results/{study}/recommendation.html


# Recommends a source, protocol and depth. Accuracy on the test split is no input.
rule recommend:
    input:
        unpack(validated_inputs),
        schema=f"{SCHEMAS}/recommendation.schema.yaml",
    output:
        answer="results/{study}/recommendation.json",
        answer_record="results/{study}/recommendation.json.json",
        page=shown(
            "results/{study}/recommendation.html",
            title="recommendation",
            caption="recommendation",
        ),
        page_record="results/{study}/recommendation.html.json",
    log:
        "results/{study}/logs/recommend.log",
    benchmark:
        "results/{study}/benchmarks/recommend.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(
            w,
            blocks=number_of_blocks(STUDIES[w.study]["network"]),
            pool=STUDIES[w.study]["target"]["split"]["train"],
            sizes=STUDIES[w.study]["selection"]["sizes"],
            sources=origins.recommendation_roles(STUDIES[w.study]),
        ),
        code=code("recommend.py"),
    script:
        "../scripts/recommend.py"

# Ranking: scores of the sources, and whether they rank them as what transfer realised.
#
# REQUIRED INPUTS   results/{study}/data/target.safetensors
#                   results/{study}/sources/{source}/seed-0.safetensors
#                   results/{study}/activations/{network}.safetensors
#                   results/{study}/tables/accuracy.csv and similarity.csv
# OUTPUTS           results/{study}/scores.csv
#                   results/{study}/tables/source_ranking.csv
#                   results/{study}/figures/source_ranking


# Scores every source by the labelled examples, and by its similarity to networks trained on
# them. One job for all of them: what it imports takes longer than a source.
rule score_sources:
    input:
        target="results/{study}/data/target.safetensors",
        sources=lambda w: scored_sources(w, "sources/{}/seed-0.safetensors"),
        probes=lambda w: scored_sources(w, "activations/sources/{}/seed-0.safetensors"),
        references=lambda w: activation_files(w, compared.references(STUDIES[w.study])),
    output:
        rows="results/{study}/scores.csv",
        record="results/{study}/scores.csv.json",
    log:
        "results/{study}/logs/score_sources.log",
    benchmark:
        "results/{study}/benchmarks/score_sources.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=scoring_settings,
        code=code("score_sources.py"),
    script:
        "../scripts/score_sources.py"


# Ranks the sources by every score, and holds the ranks against the gains that transfer realised.
rule rank_sources:
    input:
        scores="results/{study}/scores.csv",
        scores_schema=f"{SCHEMAS}/source_scores.schema.yaml",
        similarity="results/{study}/tables/similarity.csv",
        similarity_schema=f"{SCHEMAS}/similarity.schema.yaml",
        accuracy="results/{study}/tables/accuracy.csv",
        accuracy_schema=f"{SCHEMAS}/accuracy.schema.yaml",
        schema=f"{SCHEMAS}/source_ranking.schema.yaml",
    output:
        table="results/{study}/tables/source_ranking.csv",
        record="results/{study}/tables/source_ranking.csv.json",
    log:
        "results/{study}/logs/rank_sources.log",
    benchmark:
        "results/{study}/benchmarks/rank_sources.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w),
        code=code("rank_sources.py"),
    script:
        "../scripts/rank_sources.py"


# Plots how far each score ranks the sources as transfer did, and what its pick loses.
rule plot_source_ranking:
    input:
        ranking="results/{study}/tables/source_ranking.csv",
        schema=f"{SCHEMAS}/source_ranking.schema.yaml",
    output:
        **figure_outputs("source_ranking"),
    log:
        "results/{study}/logs/plot_source_ranking.log",
    benchmark:
        "results/{study}/benchmarks/plot_source_ranking.tsv"
    conda:
        "../../envs/environment.yaml"
    params:
        settings=lambda w: settings(w, "references", "replicates"),
        code=code("plot_source_ranking.py"),
    script:
        "../scripts/plot_source_ranking.py"

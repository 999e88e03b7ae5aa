"""Rank the sources by every score, and hold the ranks against the gains that were realised."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

import pandas as pd

from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table, write_table
from defrost.selection.ranking import similarity_scores, source_ranking_table

settings, files = snakemake.params.settings, snakemake.input
scores = read_table(files.scores, files.scores_schema)
accuracy = read_table(files.accuracy, files.accuracy_schema)
similarity = similarity_scores(read_table(files.similarity, files.similarity_schema))
# of networks that are compared but not transferred at a size, nothing is known to rank by
where = ["source", "size"]
similarity = similarity.merge(scores[where].drop_duplicates(), on=where)
table = source_ranking_table(pd.concat([scores, similarity], ignore_index=True), accuracy)

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_table(snakemake.output.table, table, files.schema, record)
shown = ["size", "score", "blocks", "sources", "kendall_tau", "weighted_tau", "pick_regret"]
judged = table.drop_duplicates(["size", "score", "blocks"])[[*shown, "agreement_reason"]]
print(judged.to_string(index=False, float_format="%.3f", na_rep=""))

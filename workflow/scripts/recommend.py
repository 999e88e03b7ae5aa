"""Recommend what to transfer to a study's target, as JSON and as a page."""

from defrost.provenance.logs import start_log

start_log(snakemake.log[0], snakemake.rule, snakemake.wildcards, snakemake.params.settings)

from pathlib import Path

import yaml
from jsonschema import validate

from defrost.provenance.files import write_json, write_record, written_whole
from defrost.provenance.record import make_record
from defrost.provenance.tables import read_table
from defrost.recommendation.page import page
from defrost.recommendation.recommend import recommendation
from defrost.recommendation.sentences import answer

settings, files = snakemake.params.settings, snakemake.input
table = None
if path := files.get("validated"):
    table = read_table(path, files.validated_schema)
found = recommendation(table, **settings)
found = {**found, "answer": answer(found)}
validate(found, yaml.safe_load(Path(files.schema).read_text()))

record = make_record(snakemake.rule, settings, snakemake.params.code)
write_json(snakemake.output.answer, found)
write_record(snakemake.output.answer_record, record, snakemake.output.answer)
with written_whole(snakemake.output.page) as partial:
    partial.write_text(page(found))
write_record(snakemake.output.page_record, record, snakemake.output.page)
print(found["answer"])

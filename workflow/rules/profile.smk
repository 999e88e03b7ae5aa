# Refuses a run whose --workflow-profile does not exist; no rules here.
#
# Snakemake itself goes on without a word, and without profiles/default: on this machine instead of
# the cluster, and with other reasons to run a job again.

import argparse
import sys
from pathlib import Path

_arguments = argparse.ArgumentParser(add_help=False)
_arguments.add_argument("--workflow-profile", default="default")
_name = _arguments.parse_known_args()[0].workflow_profile
# where Snakemake looks for it
_places = (
    Path(_name),
    Path("profiles") / _name,
    Path(workflow.basedir) / "profiles" / _name,
)
if _name != "none" and not any(place.exists() for place in _places):
    sys.exit(f"--workflow-profile: there is no profile {_name!r} here or in profiles/")

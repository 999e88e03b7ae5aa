# Looks at the config files before Snakemake reads them; no rules here.
#
# REQUIRED INPUTS   config.yaml, and the files of --configfile (Snakemake has read these already)
# OUTPUTS           the scripts' folder on the import path

import sys
from pathlib import Path

SCRIPTS = Path(workflow.basedir) / "workflow/scripts"
sys.path.insert(0, str(SCRIPTS))

from defrost.config.text import check_text
from defrost.errors import UserError

if workflow.is_main_process:  # and not a job, for which Snakemake reads these files too
    try:
        for _path in ("config.yaml", *workflow.overwrite_configfiles):
            if Path(_path).is_file():
                check_text(_path)
    except UserError as _error:
        # a WorkflowError would end in a line about this file and not about the config
        sys.exit(str(_error))

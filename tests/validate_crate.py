"""Hold an RO-Crate against the rules of a profile, without a network: prints what is wrong.

Run by the Python of .venv-crate, which has the validator (envs/requirements-crate.txt).
"""

import sys
from importlib.resources import files

import requests
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils.http import HttpRequester

CONTEXT = files("rocrate").joinpath("data/ro-crate.jsonld").read_bytes()


def answer(self: HttpRequester, url: str, **options: object) -> requests.Response:
    """Answer with the context that the library brings, and with an error to anything else."""
    response = requests.Response()
    response.url = url
    response.status_code = 200 if url.startswith("https://w3id.org/ro/crate/") else 504
    response.headers["Content-Type"] = "application/ld+json"
    response._content = CONTEXT
    return response


HttpRequester.get = answer
crate, profile = sys.argv[1:]
settings = ValidationSettings(
    rocrate_uri=crate,
    profile_identifier=profile,
    requirement_severity=Severity.REQUIRED,
    offline=True,
    skip_availability_check=True,
)
result = services.validate(settings)
for issue in result.get_issues():
    print(f"{issue.check.identifier}: {issue.message}")
print(f"{len(result.get_issues())} failures of the profile {profile}")
sys.exit(not result.passed())

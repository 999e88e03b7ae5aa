"""The log of one job: it begins with the resolved parameters and ends with result or error."""

import json
import sys
import time
from pathlib import Path
from types import TracebackType

from defrost.errors import UserError


def start_log(path: str, rule: str, wildcards, settings: dict) -> None:
    """Send all that the job prints, an error included, to the log at `path`.

    Called before the script's other imports, so that an import that fails is in the log as well.
    """
    # open until the job ends; by line, so that a killed job leaves what it had to say
    log = Path(path).open("w", buffering=1)  # noqa: SIM115
    sys.stdout = sys.stderr = log
    sys.excepthook = _print_error
    about = "".join(f" {name}={value}" for name, value in wildcards.items())
    print(f"rule {rule}{about}")
    print(json.dumps(settings, indent=2))


def _print_error(kind: type, error: BaseException, traceback: TracebackType | None) -> None:
    """Print an error as the last of the log: in one line where the user can mend it."""
    if isinstance(error, UserError):
        print(error)
    else:
        sys.__excepthook__(kind, error, traceback)


class Progress:
    """Lines that say how far a job is and how long it will still take."""

    def __init__(self, total: int, unit: str, start: int = 0) -> None:
        self.total = total
        self.unit = unit
        self.start = start
        self.began = time.perf_counter()

    def report(self, done: int, message: str) -> None:
        """Print that `done` of the total are done, with the time left at the pace so far."""
        left = (time.perf_counter() - self.began) / (done - self.start) * (self.total - done)
        print(f"{self.unit} {done} of {self.total}: {message}; {left:.0f} s left")

"""What a job has done so far, kept so that a job that was stopped goes on from there.

The folder is no output of a rule: Snakemake removes those before it tries again. It lies beside
the first output, is read only by a job of the same settings, code and inputs, and goes when that
job is done.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from defrost.provenance.digests import recorded_digest
from defrost.provenance.files import read_record, read_tensors, save_tensors

_PATIENCE = 60  # seconds that another process of the same job is given to save and end


class Resume:
    """The state of a job: named tensors, and facts that JSON can hold.

    `devices` are what it was computed on: more than one where a job went on elsewhere.
    """

    def __init__(self, folder: Path, fingerprint: str, seconds: float) -> None:
        self.folder = folder
        self.fingerprint = fingerprint
        self.seconds = seconds
        self.tensors: dict = {}
        self.facts: dict = {}
        self.devices: list[str] = []
        self.ending = False
        self._saved = time.monotonic()

    def due(self) -> bool:
        """Say whether it is time to save: some seconds after the last time, or before an end."""
        return self.ending or time.monotonic() - self._saved >= self.seconds

    def save(self, tensors: dict, **facts: object) -> None:
        """Keep a state in place of the last one; end the job if it was asked to end."""
        self.facts |= facts
        content = {"fingerprint": self.fingerprint, "facts": self.facts, "devices": self.devices}
        save_tensors(self._file, tensors, content)
        self._saved = time.monotonic()
        if self.ending:
            print("stopped by a signal; the state is saved")
            raise SystemExit(128 + signal.SIGTERM)

    def forget(self, **facts: object) -> None:
        """Begin the next part of the job: these facts replace all, tensors are dropped."""
        self.tensors, self.facts = {}, dict(facts)

    def load(self) -> None:
        """Go on from what a process of the same job has saved, if it did and it is whole."""
        if not self._file.exists():
            return
        try:
            record, tensors = read_record(self._file), read_tensors(self._file)
        except Exception as error:  # whatever a damaged file raises, it is no state to go on from
            print(f"found a damaged state, starting anew: {error}")
            return
        if record["fingerprint"] == self.fingerprint:
            # copies: the file that they are mapped from will be replaced
            self.tensors = {name: tensor.clone() for name, tensor in tensors.items()}
            self.facts, self.devices = record["facts"], record["devices"]
        else:
            print("found a state of other settings, code or inputs, starting anew")

    @property
    def _file(self) -> Path:
        return self.folder / "state.safetensors"


@contextmanager
def resuming(
    output: str, settings: dict, code: str, inputs: list[str], seconds: float, device: str
) -> Iterator[Resume]:
    """Yield the state of the job that makes `output`; forget it once all went well.

    `device` is the name of what the job computes on; on another it goes on from the same state. A
    state is saved every `seconds` and when the process is asked to end (SIGTERM, or Ctrl-C). A
    process of the same job that is still at work, because whoever started it was killed, is asked
    to end first: it must not race its successor.
    """
    folder = Path(output).with_name(f".resume-{Path(output).name}")
    with _locked(folder):
        resume = Resume(folder, _fingerprint(settings, code, inputs), seconds)
        resume.load()
        if device not in resume.devices:
            resume.devices.append(device)

        def end(*_: object) -> None:
            resume.ending = True

        signals = (signal.SIGTERM, signal.SIGINT)
        before = [signal.signal(number, end) for number in signals]
        try:
            yield resume
        finally:
            for number, handler in zip(signals, before, strict=True):
                signal.signal(number, handler)
        # the lock last, while it is held: who waits for it finds it gone and makes another
        for path in sorted(folder.iterdir(), key=lambda path: path.name == "lock"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    with suppress(OSError):  # a successor is in it, or a file system keeps what was just open
        folder.rmdir()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; ask a process on this machine that holds it to end."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "lock"
        with path.open("a+") as lock:
            _take(lock)
            # whoever held it may have come to its end and removed the folder
            if not path.exists() or path.stat().st_ino != os.fstat(lock.fileno()).st_ino:
                continue
            lock.truncate(0)
            lock.write(f"{platform.node()} {os.getpid()}")
            lock.flush()
            yield
            return


def _take(lock: TextIO) -> None:
    deadline = time.monotonic() + _PATIENCE
    asked = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"another process still holds {lock.name}") from None
        except OSError as error:
            print(f"no lock on this file system, going on without: {error}")
            return
        if not asked:
            asked = True
            _ask_to_end(lock)
        time.sleep(0.1)


def _ask_to_end(lock: TextIO) -> None:
    lock.seek(0)
    host, _, pid = lock.read().partition(" ")
    print(f"process {pid} on {host} is still at this job: waiting for it to save and end")
    if host == platform.node() and pid.isdigit():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGTERM)


def _fingerprint(settings: dict, code: str, inputs: list[str]) -> str:
    """Return a digest of all that the job depends on, the content of its inputs included.

    These are results of other jobs, which this one has read and so checked.
    """
    digest = hashlib.sha256(json.dumps([settings, code], sort_keys=True).encode())
    for path in inputs:
        digest.update(recorded_digest(path).encode())
    return digest.hexdigest()

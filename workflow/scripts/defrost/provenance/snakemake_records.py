"""Snakemake's own records of how each file was made, in the format of Snakemake 9's files."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

FOLDER = Path(".snakemake/metadata")
_LONGEST_NAME = 254  # of a file of Snakemake's, which cuts longer ones up


def record_name(path: str) -> Path:
    """Return the name of the record of a file, below the folder of records."""
    name = urlsafe_b64encode(path.encode()).decode()
    parts = [name[i : i + _LONGEST_NAME] for i in range(0, len(name), _LONGEST_NAME)]
    return Path(*(f"@{part}" for part in parts[:-1]), parts[-1])


def read_records(folder: Path) -> dict[str, dict]:
    """Return every whole record in a folder of records, by the path of the file it is of."""
    records = {}
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        name = "".join(part.removeprefix("@") for part in file.relative_to(folder).parts)
        try:
            records[urlsafe_b64decode(name).decode()] = json.loads(file.read_bytes())
        except ValueError:
            continue  # one that is being written, or no record at all
    return records


def write_records(folder: Path, records: dict[str, dict]) -> None:
    """Write records into a folder, where Snakemake looks for them."""
    for path, record in records.items():
        file = folder / record_name(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(record))

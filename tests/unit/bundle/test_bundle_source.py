"""The source is the files as they are, with their commit and what differs from it."""

import subprocess

import pytest

from defrost.bundle.source import read_source
from defrost.errors import UserError


@pytest.fixture
def checkout(tmp_path):
    folder = tmp_path / "checkout"
    (folder / "workflow/rules").mkdir(parents=True)
    for name in ("Snakefile", "workflow/rules/a.smk", "README.md", "config.yaml", ".gitignore"):
        (folder / name).write_text(f"# {name}\n")
    return folder


def git(folder, *arguments):
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    run = ["git", *author, *arguments]
    return subprocess.run(run, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def committed(checkout):
    git(checkout, "init", "-q")
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "first")
    return checkout


def test_a_clean_checkout_is_its_commit(committed):
    source = read_source(committed)
    assert source.commit == git(committed, "rev-parse", "HEAD").strip()
    assert source.difference == ""
    # a bundle has the resolved config in place of that file
    assert source.files == [".gitignore", "README.md", "Snakefile", "workflow/rules/a.smk"]


def test_edits_additions_and_removals_are_told_and_the_files_are_those_of_today(committed):
    (committed / "Snakefile").write_text("rule all: pass\n")
    (committed / "workflow/rules/b.smk").write_text("new\n")
    (committed / "README.md").unlink()
    (committed / "config.yaml").write_text("path: /home/me\n")
    (committed / "notes.txt").write_text("mine\n")
    source = read_source(committed)
    assert "+rule all: pass" in source.difference
    assert "Not in the commit: workflow/rules/b.smk" in source.difference
    assert "deleted file mode" in source.difference
    assert "/home/me" not in source.difference
    assert source.files == [
        ".gitignore",
        "Snakefile",
        "workflow/rules/a.smk",
        "workflow/rules/b.smk",
    ]


def test_without_git_the_source_is_what_a_run_reads(checkout):
    (checkout / "workflow/__pycache__").mkdir()
    (checkout / "workflow/__pycache__/a.pyc").touch()
    (checkout / "results").mkdir()
    (checkout / "results/a.csv").touch()
    source = read_source(checkout)
    assert source.commit is None
    assert source.files == ["README.md", "Snakefile", "workflow/rules/a.smk"]


def test_a_folder_in_another_project_is_not_of_its_commit(committed):
    inner = committed / "inner"
    inner.mkdir()
    (inner / "Snakefile").touch()
    assert read_source(inner).commit is None


def test_a_link_out_of_the_checkout_is_refused(checkout, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (checkout / "workflow/notes.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UserError, match=r"workflow/notes.txt: is a link"):
        read_source(checkout)

"""The static import closure and the code digest.

Covers: plain, relative and conditional imports, packages and their __init__, submodules named in
a `from` import, cycles, other people's packages, and what does and does not change the digest.
"""

from modulefinder import ModuleFinder
from pathlib import Path

import pytest

from defrost.provenance.closure import code_digest, import_closure

FILES = {
    "script.py": "import house.room\nimport numpy\n",
    "house/__init__.py": "",
    "house/room.py": "from . import door\nif True:\n    from house import attic\n",
    "house/door.py": "def late():\n    import house.room\n",
    "house/attic.py": "from house.cellar import wine\n",
    "house/cellar/__init__.py": "from house.cellar.wine import red\n",
    "house/cellar/wine.py": "red = 1\n",
    "house/garden.py": "flower = 1\n",
    "alone.py": "x = 1\n",
}


@pytest.fixture
def build(tmp_path):
    """Write the files into a new folder, with changes, and return the folder."""

    def write(name="code", **changes):
        folder = tmp_path / name
        for path, text in {**FILES, **changes.pop("files", {})}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return folder

    return write


def digest(folder):
    return code_digest(folder / "script.py", folder)


def test_closure_holds_all_that_is_imported_and_nothing_else(build):
    folder = build()
    closure = import_closure(folder / "script.py", folder)
    names = {path.relative_to(folder).as_posix() for path in closure}
    assert names == set(FILES) - {"house/garden.py", "alone.py"}


def test_a_script_without_imports_is_its_own_closure(build):
    folder = build()
    assert import_closure(folder / "alone.py", folder) == [(folder / "alone.py").resolve()]


@pytest.mark.parametrize(
    "path", ["script.py", "house/door.py", "house/cellar/wine.py", "house/__init__.py"]
)
def test_an_edit_anywhere_in_the_closure_changes_the_digest(build, path):
    edited = build("edited", files={path: FILES[path] + "edited = 1\n"})
    assert digest(edited) != digest(build())


@pytest.mark.parametrize("path", ["house/garden.py", "alone.py"])
def test_an_edit_outside_the_closure_does_not(build, path):
    assert digest(build("edited", files={path: "edited = 1\n"})) == digest(build())


def test_comments_docstrings_and_layout_do_not_count(build):
    text = '"""What wine is."""\n\n# from the south\n\nred = (\n    1\n)\n'
    assert digest(build("edited", files={"house/cellar/wine.py": text})) == digest(build())


def test_a_changed_string_that_is_no_docstring_counts(build):
    first = build("first", files={"house/cellar/wine.py": 'red = "a"\n'})
    second = build("second", files={"house/cellar/wine.py": 'red = "b"\n'})
    assert digest(first) != digest(second)


def test_code_that_moves_to_another_file_counts(build):
    swapped = {"house/cellar/wine.py": FILES["house/door.py"], "house/door.py": "red = 1\n"}
    assert digest(build("swapped", files=swapped)) != digest(build())


def test_closures_of_all_scripts_are_those_of_modulefinder(root):
    """The standard library reads imports off the bytecode, where ours reads the syntax tree."""
    scripts = (root / "workflow/scripts").resolve()
    for script in scripts.glob("*.py"):
        finder = ModuleFinder(path=[str(scripts)])
        finder.run_script(str(script))
        found = {Path(module.__file__) for module in finder.modules.values() if module.__file__}
        assert set(import_closure(script, scripts)) == found, script.name

"""The code that a script depends on, and its digest.

Snakemake sees an edit of a script but not of a module that the script imports, and takes a bare
`touch` for an edit. So every rule passes the digest of its script and of all that it imports from
the scripts folder as a parameter: a rule reruns when, and only when, its code changes.

Comments, docstrings and layout are no part of the digest: a better sentence trains nothing anew.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def import_closure(script: Path, root: Path) -> list[Path]:
    """Return `script` and every file under `root` that it imports, directly or not, sorted.

    An import counts wherever it stands (in a function, under a condition); packages bring their
    `__init__.py`. Imports that resolve to no file under `root` are other people's and left out.
    """
    found: set[Path] = set()
    waiting = [script.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting.extend(_imported_files(path, root.resolve()))
    return sorted(found)


@cache
def code_digest(script: Path, root: Path) -> str:
    """Return a hexadecimal digest (16 characters) of `script` and its import closure in `root`."""
    digest = hashlib.sha256()
    for path in import_closure(script, root):
        name = path.relative_to(root.resolve()).as_posix()
        digest.update(f"{name}\0{_meaning(path)}\0".encode())
    return digest.hexdigest()[:16]


@cache
def _imported_files(path: Path, root: Path) -> tuple[Path, ...]:
    package = path.relative_to(root).parent.parts
    files: dict[Path, None] = {}
    for node in _import_statements(_tree(path)):
        for parts in _imported_modules(node, package):
            files.update(dict.fromkeys(_files_of(parts, root)))
    return tuple(files)


def _import_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the imports wherever they stand, without a look at expressions: most of a tree."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):  # of a lambda it is an expression
                waiting.extend(inner)


def _imported_modules(node: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(node, ast.Import):
        yield from (tuple(alias.name.split(".")) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else ()
        base += tuple(node.module.split(".")) if node.module else ()
        # a name may be a submodule or something that the module defines: both are tried
        yield base
        yield from ((*base, alias.name) for alias in node.names)


@cache
def _files_of(parts: tuple[str, ...], root: Path) -> tuple[Path, ...]:
    """Return the module's file and the `__init__.py` of the packages on the way to it."""
    found = []
    for length in range(1, len(parts) + 1):
        stem = root.joinpath(*parts[:length])
        found += [
            path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file()
        ]
    return tuple(found)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


@cache
def _meaning(path: Path) -> str:
    """Return the file's syntax tree as text, without docstrings, positions and empty fields.

    Fields that newer versions of Python added are empty for code that runs on older ones: leaving
    empty fields out keeps the digest the same across Python versions.
    """
    return _text(_tree(path))


def _text(node: object) -> str:
    if isinstance(node, ast.AST):
        fields = []
        for name, value in ast.iter_fields(node):
            if name == "body" and _has_docstring(node):
                value = value[1:]
            if value is not None and value != []:
                fields.append(f"{name}={_text(value)}")
        return f"{type(node).__name__}({','.join(fields)})"
    if isinstance(node, list):
        return f"[{','.join(map(_text, node))}]"
    return repr(node)


def _has_docstring(node: ast.AST) -> bool:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    if not isinstance(node, documented) or not node.body:
        return False
    first = node.body[0]
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )

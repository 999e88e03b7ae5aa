"""Config files that do not mean what they seem to end in one line, before they are read."""

import time

import pytest

from defrost.config.text import check_text
from defrost.errors import UserError

LISTS = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
MERGES = "a0: &a0 {k: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize("name", ["config.yaml", "workflow/presets/fashion.yaml"])
def test_shipped_configs_pass(root, name):
    check_text(root / name)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [1, 2.5, x, null, true]\nc: {d: }\n",
        '{"a": 1, "b": [{"c": "é"}]}',
        "a: &x {b: 1}\nc: *x\nd: {<<: *x, b: 2}\n",
        "a: {b: 1}\nc: {b: 1}\n",
        "a: 2001-01-01\n",
    ],
)
def test_what_means_what_it_says_passes(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    check_text(tmp_path / "c.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a:\n  b: 1\n  c: 2\n  b: 3\n",
            "config: a.b: found twice in c.yaml, lines 2 and 4; allowed",
        ),
        ('{"a": 1, "a": 2}', "config: a: found twice in c.yaml, lines 1 and 1; allowed is it once"),
        (
            LISTS,
            "config: a4: found 111,110 values or more, aliases written out; allowed are 100,000",
        ),
        (MERGES, "config: a5.<<: found 111,110 values or more"),
        ("a: &x [*x]", "config: a[0]: found the alias *x, of nothing that is complete before it"),
        ("a: *x", "config: a: found the alias *x"),
        (
            "__use_yte__: true\na: ?1",
            "config: __use_yte__: found a template, whose Python would be",
        ),
        (
            "a: !!python/object/apply:os.system [x]",
            "config: a: found the tag tag:yaml.org,2002:pyth",
        ),
        ("a: !!python/name:os.system", "config: a: found '', which YAML cannot read"),
        ("a: [1, 2001-02-30]", "config: a[1]: found '2001-02-30', which YAML cannot read (day"),
        (f"a: 0x{'f' * 5000}", "which YAML cannot read (Exceeds the limit"),
        ("a: " + "[" * 100_000, "config: a[0][0]"),
        (
            "a:\n  b: [1\n",
            "config: c.yaml, line 3: found no YAML (did not find expected ',' or ']')",
        ),
        ("a: {<<: 3}", "config: c.yaml, line 1: found no YAML (expected a mapping or list of"),
        ("a: 1\n---\nb: 2\n", "config: c.yaml, line 2: found no YAML (but found another document)"),
        ("- 1\n", "config: top level: found something else than keys and values in c.yaml"),
        ("", "config: top level: found nothing in c.yaml; allowed is a mapping"),
        ("? [1]\n: 2\n", "config: top level: found a key that is no single value"),
        (b"a: \xff", "config: c.yaml: found 'utf-8' codec can't decode byte 0xff in position 3"),
        (b"a: \0", "config: c.yaml: found no YAML (unacceptable character"),
    ],
)
def test_what_does_not_is_one_line(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    began = time.monotonic()
    with pytest.raises(UserError) as error:
        check_text("c.yaml")
    assert message in str(error.value)
    assert str(error.value).isprintable()
    assert time.monotonic() - began < 5  # and not the age of the universe

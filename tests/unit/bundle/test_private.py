"""What tells of a machine, its user or their secrets is found in results and struck from logs."""

import socket
from pathlib import Path

import pytest

from defrost.bundle.private import absolute_paths, of_this_machine

# put together here, so that this file itself holds nothing that looks like a secret
GITHUB = "gh" + "p_" + "a1B2" * 9
HUGGING_FACE = "h" + "f_" + "Zz09" * 8
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"
ENVIRONMENT = {
    "HOME": "/home/jane.doe",
    "USER": "jdoe",
    "HOSTNAME": "gpu-node17.cluster.example",
    "MY_SERVICE_TOKEN": "correct-horse-battery",
    "DB_PASSWORD": "hunter2hunter2",
    "EDITOR": "editor-of-mine",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/jane.doe/key.json",
    "CI_KEY": "short",
}
PLANTED = {
    "home": "/home/jane.doe/.cache/torch",
    "home alone": "HOME is /home/jane.doe.",
    "folder": "reading /data/projects/defrost/results/a.csv",
    "host": "on gpu-node17.cluster.example now",
    "short host": "ssh gpu-node17: closed",
    "user": "jdoe@login",
    "home's name": "submitted by jane.doe",
    "token": "using correct-horse-battery to log in",
    "password": "postgres hunter2hunter2",
    "unknown token": "Authorization: Bearer abcdef123456",
    "assigned": "api_key = 'QWERTY12'",
    "in an address": "fetching https://me:" + "sesame@example.org/x",
    "of a service": f"login {GITHUB} {HUGGING_FACE}",
    "key": KEY,
    "another path": 'File "/opt/software/python3.11/lib/site.py", line 3',
    "in JSON": '{"log": "one\\n/home/jane.doe/two"}',
}
GONE = [
    *("jane.doe", "jdoe", "gpu-node17", "cluster.example", "correct-horse", "hunter2", "/data"),
    *("abcdef123456", "QWERTY12", "sesame", GITHUB, HUGGING_FACE, "MIIEow", "/opt", "/home"),
]


@pytest.fixture
def private():
    return of_this_machine(Path("/data/projects/defrost"), ENVIRONMENT)


@pytest.mark.parametrize("text", PLANTED.values(), ids=PLANTED)
def test_logs_lose_all_of_it(private, text):
    redacted = private.redacted(text)
    assert redacted != text
    assert not [gone for gone in GONE if gone in redacted]
    assert private.redacted(redacted) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "rule train_transfer study=digits depth=3",
        '{\n  "root_seed": 0,\n  "sources": ["isotropic"]\n}',
        "https://arxiv.org/abs/2303.01429",
        "epoch 3/10, 0.5 s/step, 1/2/3",
        "results/digits/tables/accuracy.csv </p> a//b",
        "editor-of-mine, short and not private",
    ],
)
def test_what_says_nothing_stays(private, text):
    assert private.redacted(text) == text
    assert not private.found(text) + private.found_names(text) + absolute_paths(text)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("home", "a folder of this machine"),
        ("folder", "a folder of this machine"),
        ("in JSON", "a folder of this machine"),
        ("token", "a secret"),
        ("of a service", "a secret"),
        ("in an address", "a secret"),
        ("key", "a secret"),
    ],
)
def test_other_texts_are_found_out(private, name, kind):
    assert private.found(PLANTED[name]) == [kind]


@pytest.mark.parametrize("name", ["host", "short host", "user", "home's name"])
def test_names_are_found_out(private, name):
    assert private.found_names(PLANTED[name])
    assert private.found_in_bytes(b"\x89PNG" + PLANTED["host"].encode())


def test_a_name_that_is_a_word_of_the_code_is_no_name():
    private = of_this_machine(Path("/data"), {"USER": "digits"}, common=frozenset({"digits"}))
    assert private.redacted("study digits") == "study digits"


def test_this_very_machine_is_known():
    private = of_this_machine(Path.cwd(), {})
    assert private.redacted(f"in {Path.cwd()}/results") == "in ./results"
    assert private.found(f"{Path.home()}/x") or Path.home() == Path("/")
    if len(host := socket.gethostname()) > 1 and host != "localhost":
        assert host not in private.redacted(f"on {host}").split()

"""A config that cannot be run ends in one line, before any job starts."""

import pytest

BAD = [
    (
        "sizes: [20, 50, 100, 300, 1000]",
        "sizes: [20, 2000]",
        "studies.digits.sizes[1]: found 2000; allowed is 2 to 1000",
    ),
    (
        "depths: [0, 1, 2, 3, 4, 5]",
        "depths: [0, 6]",
        "studies.digits.depths[1]: found 6; allowed is 0 to 5",
    ),
    (
        "replicates: 10\n",
        "replicates: 0\n",
        "studies.digits.replicates: found 0; allowed is 1 or more",
    ),
    (
        "learning_rate: 0.003",
        "learning_rate: fast",
        "studies.digits.training.learning_rate: found 'fast'; allowed is a finite number",
    ),
    (
        "    protocols:",
        "    protocol:",
        "studies.digits.protocol: found an unknown key; did you mean protocols?",
    ),
]


@pytest.mark.parametrize(("good", "bad", "message"), BAD, ids=[bad for _, bad, _ in BAD])
def test_the_last_line_says_where_what_and_what_is_allowed(checkout, run, good, bad, message):
    config = checkout / "config.yaml"
    text = config.read_text()
    assert good in text
    config.write_text(text.replace(good, bad, 1))

    result = run(checkout)

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"config: {message}")
    assert "Traceback" not in result.stderr
    assert not (checkout / "results").exists()

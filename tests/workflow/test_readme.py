"""The README tells the truth: its snippets and commands plan as they stand."""

import re

import pytest


@pytest.fixture(scope="module")
def readme(root) -> str:
    return (root / "README.md").read_text()


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_the_snippets_for_a_source_and_a_study_fit_into_the_config(checkout, run, readme):
    source, _, study = fenced(readme, "yaml")
    config = checkout / "config.yaml"
    text = config.read_text()
    below = "    sources:\n"
    assert below in text
    config.write_text(text.replace(below, below + source, 1) + study)

    result = run(checkout, "--dry-run", "--quiet", "rules")

    assert result.returncode == 0, result.stderr
    planned = run(checkout, "--dry-run").stdout
    for name in ("results/digits/sources/gaussian_small/seed-0", "results/digits_few/scratch"):
        assert name in planned


def test_the_snippet_for_weights_fits_beside_a_model_of_torchvisions(checkout, run, readme):
    weights = fenced(readme, "yaml")[1]
    network, image = (
        re.search(rf"`{start}(\{{.*?\}})`", readme, flags=re.DOTALL)[1]
        for start in ("network: ", "target.image: ")
    )
    (checkout / "mine.safetensors").touch()
    (checkout / "weights.yaml").write_text(
        "run: [mine]\nstudies:\n  mine:\n"
        f"    target:\n      dataset: digits\n      image: {image}\n"
        "      split: {train: 50, probe: 50, test: 50}\n"
        f"    network: {network}\n    sizes: [50]\n    sources:\n{weights}"
    )
    result = run(checkout, "--dry-run", "--configfile", "weights.yaml")
    assert result.returncode == 0, result.stderr
    for name in ("mine", "imagenet"):
        assert f"results/mine/sources/{name}/seed-0.safetensors" in result.stdout


def test_every_command_of_snakemake_plans(checkout, run, readme):
    blocks = "".join(fenced(readme, "sh"))
    commands = re.findall(r"^snakemake (.*)$", blocks, flags=re.MULTILINE)
    assert len(commands) == 3
    for arguments in commands:
        result = run(checkout, *arguments.split(), "--dry-run")
        assert result.returncode == 0, f"{arguments}: {result.stderr}"


def test_every_link_leads_to_a_file(root):
    for path in (root / "README.md", *root.glob("docs/*.md")):
        for link in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            if not link.startswith("http"):
                assert (path.parent / link).is_file(), f"{path.name}: {link}"

"""The config: defaults, one-line messages, the grid that it asks for."""

import copy

import pytest
import yaml

from defrost.config.grid import Cell, cells, replicate_blocks, resolve_config
from defrost.config.schema import ConfigError, parameters

MINIMAL = {
    "studies": {
        "mine": {
            "target": {"dataset": "digits", "split": {"train": 100, "probe": 50, "test": 50}},
            "sources": {"near": {"kind": "clone", "model": "gaussian"}},
            "sizes": [20, 100],
        }
    }
}


def with_change(path: str, value: object) -> dict:
    config = copy.deepcopy(MINIMAL)
    *keys, last = path.split(".")
    place = config
    for key in keys:
        place = place.setdefault(key, {})
    place[last] = value
    return config


def test_ten_lines_make_a_study(schema):
    config = resolve_config(MINIMAL, schema)
    study = config["studies"]["mine"]
    assert config["run"] == ["mine"]
    assert study["depths"] == [0, 1, 2, 3, 4, 5]
    assert study["references"] == {"sizes": [100], "replicates": 3}
    assert study["sources"]["near"]["train_examples"] == 10000


def test_resolving_leaves_the_given_config_alone_and_changes_nothing_twice(schema):
    given = copy.deepcopy(MINIMAL)
    resolved = resolve_config(given, schema)
    assert given == MINIMAL
    assert resolve_config(resolved, schema) == resolved


@pytest.mark.parametrize(
    "preset", ["config.yaml", "smoke", "convergence", "protocols", "fashion", "paper"]
)
def test_shipped_configs_are_valid(root, schema, preset):
    path = preset if "." in preset else f"workflow/presets/{preset}.yaml"
    resolve_config(yaml.safe_load((root / path).read_text()), schema)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("studies.mine.sizes", [20, 200], "studies.mine.sizes[1]: found 200; allowed is 2 to 100"),
        ("device", "gpu", "device: found 'gpu'; allowed are auto, cpu, cuda"),
        ("studies.mine.depths", [6], "studies.mine.depths[0]: found 6; allowed is 0 to 5"),
        ("studies.mine.depths", [-1], "studies.mine.depths[0]: found -1; allowed is 0 or more"),
        (
            "studies.mine.depths",
            [-(10**400)],
            f"studies.mine.depths[0]: found -1{'0' * 55}...; allowed is a whole number",
        ),
        ("studies.mine.source_seeds", 6, "source_seeds: found 6; allowed is 1 to 5, the number of"),
        ("studies.mine.replicates", 0, "studies.mine.replicates: found 0; allowed is 1 or more"),
        ("studies.mine.replicates", True, "replicates: found True; allowed is a whole number"),
        ("studies.mine.replicates", 5.0, "replicates: found 5.0; allowed is a whole number"),
        ("studies.mine.sizes", [], "studies.mine.sizes: found an empty one; allowed is 1 or more"),
        ("studies.mine.sizes", [20, 20], "studies.mine.sizes: found [20, 20]; allowed is every"),
        (
            "studies.mine.training.learning_rate",
            "1e-3",
            "learning_rate: found '1e-3'; allowed is a finite number (YAML reads it as text: "
            "write 0.001)",
        ),
        ("studies.mine.training.learning_rate", float("nan"), "found nan; allowed is a finite"),
        ("studies.mine.training.learning_rate", 0, "found 0; allowed is more than 0"),
        ("studies.mine.replicate", 3, "studies.mine.replicate: found an unknown key; did you mean"),
        ("study", {}, "config: study: found an unknown key; did you mean studies?"),
        ("studies.Mine", {}, "config: studies: found the name 'Mine'; allowed is a name of lower"),
        (
            "studies.mine.sources.scratch",
            {"kind": "clone", "model": "gaussian"},
            "allowed is any name but",
        ),
        ("studies.logs", MINIMAL["studies"]["mine"], "studies.logs: found a reserved name"),
        ("studies.a\n", MINIMAL["studies"]["mine"], "found the name 'a\\n'; allowed is a name"),
        ("studies.mine.a\nb", 1, "config: studies.mine.a b: found an unknown key"),
        ("studies.mine.depths", [0], "studies.mine.depths: found [0]; allowed is also one from 1"),
        ("studies.mine.replicates", 10**9, "found 1000000000; allowed is 10000 or less"),
        ("studies.mine.training.learning_rate", 10**400, "allowed is a finite number"),
        (
            "studies.mine.sources.near.model",
            "gan",
            "found 'gan'; allowed are isotropic, gaussian, w",
        ),
        ("studies.mine.target.split.train", 105, "train: found 105; allowed are multiples of 10"),
        ("studies.mine.target.split.test", 5000, "found 5150 examples in all; allowed are 1740"),
        ("studies.mine.network.pool_after", [1, 2, 3, 4], "found 4 poolings; allowed are 3"),
        ("studies.mine.network.pool_after", [9], "pool_after[0]: found 9; allowed is 1 to 5"),
        (
            "studies.mine.training.block_factors",
            [1, 0.5],
            "training.block_factors: found 2; allowed are 5, one for each block of the network",
        ),
        ("download", "true", "found 'true'; allowed is true or false (on the command line: True)"),
        ("data_root", "", "config: data_root: found an empty one"),
        ("studies.mine.training.batch_size", 1, "batch_size: found 1; allowed is 2 or more"),
        ("studies.mine.target.classes", [0, 77], "target.classes: found '77'; allowed are 0 to 9"),
        ("studies.mine.target.classes", [1, "1"], "target.classes: found '1' twice; allowed is it"),
        (
            "studies.mine.sources.near.train_examples",
            5,
            "found 5; allowed is 10, one of each class",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "arrays", "path": "pyproject.toml"},
            "a.path: found the file 'pyproject.toml'; allowed are .npz and .safetensors",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "arrays", "path": "x" * 300},
            "a.path: found no file",
        ),
        ("run", ["yours"], "config: run[0]: found 'yours'; allowed are mine"),
        ("studies", [], "config: studies: found []; allowed is a mapping"),
        ("download", 1, "config: download: found 1; allowed is true or false"),
        (
            "studies.mine.sources.near.dataset",
            "MNIST",
            "sources.near.dataset: found an unknown key; allowed are kind",
        ),
        (
            "studies.mine.sources.near.feature_kept",
            0.5,
            "near.feature_kept: found beside kind clone; allowed beside hidden_manifold",
        ),
        (
            "studies.mine.sources.near.generator_steps",
            5,
            "near.generator_steps: found beside model gaussian; allowed beside wgan",
        ),
        (
            "studies.mine.sources.near.sizes",
            [20, 50],
            "sizes[1]: found 50; allowed are those of the",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "clone"},
            "a.model: found nothing beside kind clone; it",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "hidden_manifold"},
            "a.kind: found hidden_manifold beside the target digits; allowed with a target hidden",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "folder", "path": "no/such"},
            "a.path: found no folder 'no/such'; it is looked for in",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "arrays"},
            "a.path: found nothing beside kind arrays; it",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "digits", "corruption": {"kind": "permutation", "strength": 2}},
            "a.corruption.strength: found 2; allowed is a share, 0 to 1",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "digits", "classes": [1]},
            "a.classes: found 1 of them; allowed is 2 or more",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "digits", "classes": [1, 2.5]},
            "a.classes[1]: found 2.5; allowed is a whole number or text or a list",
        ),
        (
            "studies.mine.target.latent_dimension",
            5,
            "target.latent_dimension: found beside dataset digits; allowed beside hidden_manifold",
        ),
        (
            "studies.mine.network",
            {"name": "mlp", "pool_after": [1]},
            "network.pool_after: found beside name mlp; allowed beside convnet",
        ),
        (
            "studies.mine.target",
            {"dataset": "FashionMNIST", "split": {"train": 100, "probe": 50, "test": 20000}},
            "found 20000 examples of the official test part; allowed are 10000, 10 classes of 1000",
        ),
        (
            "studies.mine.target",
            {"dataset": "FashionMNIST", "split": {"train": 60000, "probe": 1000, "test": 10000}},
            "found 11000 examples of the official test part; allowed are 10000, 10 classes of 1000",
        ),
        (
            "studies.mine.target",
            {"dataset": "FashionMNIST", "split": {"train": 60010, "probe": 10, "test": 50}},
            "found 60010 examples of the official train part; allowed are 60000, 10 classes of 6",
        ),
        (
            "studies.mine.target",
            {"dataset": "hidden_manifold", "split": {"train": 100, "probe": 50, "test": 50}},
            "target.split.probe: found 50; allowed are multiples of 4, the number of classes",
        ),
        (
            "studies.mine.network.name",
            "ResNet-18",
            "network.name: found 'ResNet-18'; did you mean resnet18 or resnet152 or resnet101? "
            "allowed are convnet, mlp and torchvision's classification models",
        ),
        (
            "studies.mine.network.name",
            "perceiver",
            "network.name: found 'perceiver'; allowed are convnet, mlp and torchvision's",
        ),
        (
            "studies.mine.network.name",
            "googlenet",
            "network.name: found 'googlenet', which has auxiliary outputs while it trains; allowed "
            "are convnet, mlp and torchvision's classification models without them",
        ),
        (
            "studies.mine.network.name",
            "vgg11",
            "network.name: found vgg11 beside images of 1 x 8 x 8; allowed are 3 channels and 32 x "
            "32 pixels or more: write target.image: {channels: 3, height: 32, width: 32}",
        ),
        (
            "studies.mine.network",
            {"name": "resnet18", "widths": [4]},
            "network.widths: found beside name resnet18; allowed beside convnet, mlp",
        ),
        (
            "studies.mine.network",
            {"stem": "small"},
            "network.stem: found beside name convnet; allowed beside resnet18, resnet34, resnet50",
        ),
        (
            "studies.mine.network",
            {"name": "vgg11", "block": "residual"},
            "network.block: found beside name vgg11; allowed beside resnet18, resnet34, resnet50",
        ),
        (
            "studies.mine.network",
            {"name": "resnet18", "block": "basic"},
            "network.block: found 'basic'; allowed are residual, stage",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "weights"},
            "sources.a: found no path or version; allowed is one of the two",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "weights", "path": "no.pth"},
            "sources.a.path: found no file 'no.pth'; it is looked for in",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "weights", "path": "pyproject.toml"},
            "a.path: found the file 'pyproject.toml'; allowed are .safetensors and .pt and .pth",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "weights", "version": "IMAGENET1K_V1"},
            "a.version: found beside the network convnet; allowed beside a model of torchvision's",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "weights", "version": "IMAGENET1K_V1", "train_examples": 5},
            "a.train_examples: found beside kind weights; allowed beside clone, hidden_manifold",
        ),
        (
            "studies.mine.sources.a",
            {"kind": "clone", "model": "gaussian", "version": "IMAGENET1K_V1"},
            "a.version: found beside kind clone; allowed beside weights",
        ),
    ],
)
def test_a_bad_value_is_one_line_that_says_where_what_and_what_is_allowed(
    schema, path, value, message
):
    with pytest.raises(ConfigError) as error:
        resolve_config(with_change(path, value), schema)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def with_resnet(**source: str) -> dict:
    config = with_change("studies.mine.network", {"name": "resnet18"})
    study = config["studies"]["mine"]
    study["target"]["image"] = {"channels": 3, "height": 8, "width": 8}
    study["sources"]["pretrained"] = {"kind": "weights", **source}
    return config


def test_a_model_of_torchvisions_has_its_own_depths_and_defaults(schema):
    study = resolve_config(with_resnet(version="IMAGENET1K_V1"), schema)["studies"]["mine"]
    assert study["network"] == {"name": "resnet18", "stem": "standard", "block": "stage"}
    assert study["depths"] == [0, 1, 2, 3, 4, 5]
    assert study["training"]["block_factors"] == [1] * 5
    assert study["sources"]["pretrained"] == {
        "kind": "weights",
        "version": "IMAGENET1K_V1",
        "sizes": [20, 100],
    }


def test_a_residual_network_by_block_has_a_depth_for_each(schema):
    config = with_resnet(version="IMAGENET1K_V1")
    config["studies"]["mine"]["network"]["block"] = "residual"
    study = resolve_config(config, schema)["studies"]["mine"]
    assert study["depths"] == list(range(10))
    assert study["training"]["block_factors"] == [1] * 9


def test_weights_come_from_one_place_that_has_them(schema, tmp_path):
    path = str(tmp_path / "mine.pth")
    (tmp_path / "mine.pth").touch()
    resolve_config(with_resnet(path=path), schema)
    with pytest.raises(ConfigError, match="pretrained: found both path and version; allowed is on"):
        resolve_config(with_resnet(path=path, version="IMAGENET1K_V1"), schema)
    message = "version: found 'IMAGENET1K_V2'; allowed for resnet18 are IMAGENET1K_V1$"
    with pytest.raises(ConfigError, match=message):
        resolve_config(with_resnet(version="IMAGENET1K_V2"), schema)


def test_no_model_of_torchvisions_learns_a_hidden_manifold(schema):
    target = {"dataset": "hidden_manifold", "split": {"train": 100, "probe": 48, "test": 48}}
    config = with_resnet(version="IMAGENET1K_V1")
    config["studies"]["mine"]["target"] = target
    with pytest.raises(ConfigError, match=r"1 x 1 x 300; allowed beside a target hidden_manifold"):
        resolve_config(config, schema)


def test_a_network_is_named_before_anything_is_counted_in_its_blocks(schema):
    config = with_change("studies.mine.network.name", "resnet1")
    config["studies"]["mine"]["depths"] = [0, 99]
    with pytest.raises(ConfigError, match=r"network\.name: found 'resnet1'; did you mean resnet18"):
        resolve_config(config, schema)


def test_only_the_defaults_of_its_kind_are_filled_in(schema):
    config = with_change("studies.mine.sources.random", {"kind": "untrained"})
    config["studies"]["mine"]["network"] = {"name": "mlp"}
    study = resolve_config(config, schema)["studies"]["mine"]
    assert study["sources"]["random"] == {"kind": "untrained", "sizes": [20, 100]}
    assert "pool_after" not in study["network"]
    config["studies"]["mine"]["sources"]["near"]["model"] = "wgan"
    study = resolve_config(config, schema)["studies"]["mine"]
    assert study["sources"]["near"]["generator_steps"] == 2000


def test_cells_that_are_the_same_are_trained_once(schema):
    config = with_change("studies.mine.protocols", ["freeze", "finetune", "defrost", "gradual"])
    study = resolve_config(config, schema)["studies"]["mine"]
    found = list(cells(study))
    assert len(found) == len(set(found))
    # two sizes: scratch, and of 4 x 6 cells two are scratch, one and two are another's
    assert len(found) == 2 * (1 + 4 * 6 - 2 - 1 - 2)
    assert Cell("near", "finetune", 5, 20) in found
    assert Cell("near", "defrost", 0, 20) not in found


def test_a_source_is_transferred_at_its_own_sizes_alone(schema):
    config = with_change("studies.mine.depths", [0, 3])
    config["studies"]["mine"]["sources"]["near"]["sizes"] = [100]
    found = list(cells(resolve_config(config, schema)["studies"]["mine"]))
    assert found[2:] == [Cell("near", "freeze", 3, 100)]


def test_a_clone_needs_two_examples_of_each_class(schema):
    config = with_change("studies.mine.target.split.train", 10)
    config["studies"]["mine"]["sizes"] = [10]
    with pytest.raises(ConfigError, match=r"near\.model: found a clone beside target"):
        resolve_config(config, schema)


def test_what_is_missing_is_named(schema):
    config = copy.deepcopy(MINIMAL)
    del config["studies"]["mine"]["target"]["split"]["probe"]
    with pytest.raises(ConfigError, match=r"studies\.mine\.target\.split\.probe: found nothing"):
        resolve_config(config, schema)


def test_every_parameter_is_described(schema):
    for path, part in parameters(schema):
        assert part.get("description") or "properties" in part, path


def test_every_cell_comes_once_and_scratch_stands_for_depth_zero(schema):
    study = resolve_config(with_change("studies.mine.depths", [0, 3]), schema)["studies"]["mine"]
    assert list(cells(study)) == [
        Cell("scratch", "scratch", 0, 20),
        Cell("scratch", "scratch", 0, 100),
        Cell("near", "freeze", 3, 20),
        Cell("near", "freeze", 3, 100),
    ]


def test_blocks_of_replicates_are_fixed_and_only_the_last_is_shorter():
    assert list(replicate_blocks(12, 5)) == [(0, 4), (5, 9), (10, 11)]
    assert list(replicate_blocks(25, 5))[:2] == [(0, 4), (5, 9)]


def test_early_stopping_leaves_two_examples_to_train_on(schema):
    config = with_change("studies.mine.training", {"early_stopping": {"share": 0.5}})
    config["studies"]["mine"]["sizes"] = [2, 100]
    with pytest.raises(ConfigError, match=r"share: found 1 of 2 examples held out; allowed is a"):
        resolve_config(config, schema)

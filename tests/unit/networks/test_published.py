"""Torchvision's own weights: from where torch keeps them, or fetched there, and none but those."""

import hashlib
import re

import pytest
import torch

from defrost.data.torchvision_compat import torchvision
from defrost.errors import UserError
from defrost.networks.published import published_weights
from defrost.networks.weights import read_weights

NAME, VERSION = "shufflenet_v2_x0_5", "IMAGENET1K_V1"
WEIGHTS = {"fc.weight": torch.ones(2, 3)}


@pytest.fixture
def remote(tmp_path, monkeypatch):
    """Publish weights at an address on this disk, and return the file there."""
    torch.save(WEIGHTS, tmp_path / "made")
    digest = hashlib.sha256((tmp_path / "made").read_bytes()).hexdigest()
    published = (tmp_path / "made").rename(tmp_path / f"tiny-{digest[:8]}.pth")
    weights = torchvision.models.get_model_weights(NAME)[VERSION].value
    monkeypatch.setattr(weights, "url", published.as_uri())
    return published


def test_every_published_file_has_a_checksum_in_its_name():
    for name in torchvision.models.list_models(module=torchvision.models):
        for version in torchvision.models.get_model_weights(name):
            file = version.url.rpartition("/")[2]
            assert re.fullmatch(r"[a-f0-9]{8,}", torch.hub.HASH_REGEX.search(file)[1])


def test_weights_are_taken_from_where_torch_keeps_them(remote, tmp_path):
    root = tmp_path / "root"
    kept = root / "hub/checkpoints" / remote.name
    kept.parent.mkdir(parents=True)
    remote.rename(kept)
    path = published_weights(NAME, VERSION, root, download=False)
    assert torch.equal(read_weights(path)["fc.weight"], WEIGHTS["fc.weight"])


def test_missing_weights_are_fetched_only_where_that_is_asked_for(remote, tmp_path):
    root = tmp_path / "root"
    with pytest.raises(UserError, match=r"found no file; allowed is to put it there, from .*downl"):
        published_weights(NAME, VERSION, root, download=False)
    assert not root.exists()
    path = published_weights(NAME, VERSION, root, download=True)
    assert path == root / "hub/checkpoints" / remote.name
    assert path.read_bytes() == remote.read_bytes()


def test_a_file_that_is_cut_off_is_refused(remote, tmp_path):
    root = tmp_path / "root"
    path = published_weights(NAME, VERSION, root, download=True)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="found the checksum .*, of a file that is cut off"):
        published_weights(NAME, VERSION, root, download=True)


def test_a_failed_download_is_one_line_and_leaves_no_file(remote, tmp_path):
    remote.unlink()
    with pytest.raises(UserError, match="the download failed") as error:
        published_weights(NAME, VERSION, tmp_path / "root", download=True)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "root").rglob("*.*"))

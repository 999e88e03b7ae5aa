"""Print what another library says about the arrays: `python peers.py LIBRARY`.

Each library needs an environment of its own that has it (DADApy pins numpy < 2); none of ours is
imported. `numbers.json` keeps what it printed, with the versions and the command.
"""

import importlib.metadata
import json
import sys
import warnings

import numpy as np
from arrays import labels, pair

warnings.filterwarnings("ignore")


def dadapy(x, y, z):
    from dadapy import Data, MetricComparisons

    def comparison(a):
        return MetricComparisons(coordinates=a, maxk=len(a) - 1)

    numbers = {}
    for k in (1, 3):
        forward, backward = comparison(x).return_information_imbalace(y, k=k, subset_size=len(x))
        numbers[f"information_imbalance_{k}"] = [forward[0], backward[0]]
    for k in (1, 10, 30):
        numbers[f"neighbourhood_overlap_{k}"] = comparison(x).return_data_overlap(y, k=k)
    numbers["label_overlap_10"] = comparison(x).return_label_overlap(z, k=10, weighted=False)
    numbers["two_nn"] = [Data(coordinates=a).compute_id_2NN()[0] for a in (x, y)]
    return numbers


def skdim(x, y, z):
    from skdim.id import TwoNN

    return {"two_nn": [TwoNN().fit_transform(a) for a in (x, y)]}


def torch_cka(x, y, z):
    import torch
    from torch_cka import CKA

    hsic = CKA._HSIC.__get__(type("On", (), {"device": "cpu"})())
    kernels = []
    for a in (x, y):
        a = torch.from_numpy(a - a.mean(axis=0)).double()
        kernels.append((a @ a.T).fill_diagonal_(0))
    torch.set_default_dtype(torch.float64)
    k, ell = kernels
    return {"debiased_linear_cka": hsic(k, ell) / (hsic(k, k) * hsic(ell, ell)) ** 0.5}


def repsim(x, y, z):
    import repsim

    # not its "song" estimator: that keeps the diagonals, which those of Song et al. leave out
    return {"linear_cka": repsim.cka([x, y], "linear", "gretton")[0, 1]}


def rsatoolbox(x, y, z):
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare

    dissimilarities = [calc_rdm(Dataset(a), method="correlation") for a in (x, y)]
    return {"rsa": compare(*dissimilarities, method="spearman").item()}


def scipy(x, y, z):
    from scipy.linalg import orthogonal_procrustes

    x, y = ((a - a.mean(axis=0)) / np.linalg.norm(a - a.mean(axis=0)) for a in (x, y))
    features = max(x.shape[1], y.shape[1])  # it wants equal numbers: zeros change nothing
    x, y = (np.pad(a, ((0, 0), (0, features - a.shape[1]))) for a in (x, y))
    return {"procrustes_distance": (2 - 2 * orthogonal_procrustes(x, y)[1]) ** 0.5}


if __name__ == "__main__":
    library = sys.argv[1]
    found = {name: globals()[library](*pair(name), labels(name)) for name in ("narrow", "wide")}
    package = {"skdim": "scikit-dimension", "torch_cka": "torch-cka"}.get(library, library)
    version = f"{package} {importlib.metadata.version(package)}, numpy {np.__version__}"
    print(json.dumps({"version": version, **found}, default=float))

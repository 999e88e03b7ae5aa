"""Measure the similarity measures: all pairs of two networks' blocks, beside other libraries.

For each N and D: the matrix products that information imbalance cannot do without, every measure
for all pairs of blocks (values alone, then with error bars and nulls), and, for one pair times
the number of pairs, what other libraries take. A library that is not installed is said to be
missing; DADApy pins an older NumPy and is called in an environment of its own:

    python tests/benchmarks/similarity.py --dadapy PYTHON [--points 2000 5000] [--features 512]

Each case runs in a process of its own, so that its peak of memory is its own.
"""

import argparse
import gc
import json
import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow/scripts"))

THREADS = 2
BLOCKS = 6
SINGULAR = ("svcca", "procrustes_distance")
# A singular value decomposition takes seconds where N and D are in the thousands: all pairs, and
# other libraries, then would take hours.
SIDE = 2500
LONG = 30
# The case that the ratio to the products is judged by: with few features they cost next to nothing.
JUDGED = (5000, 512)
GROUPS = {
    "debiased linear CKA": ["debiased_linear_cka"],
    "linear CKA, both": ["linear_cka", "debiased_linear_cka"],
    "debiased RBF CKA": ["debiased_rbf_cka"],
    "information imbalance": [
        "information_imbalance_source_to_target",
        "information_imbalance_target_to_source",
    ],
    "neighbourhood overlap": ["neighbourhood_overlap"],
    "mutual kNN": ["mutual_knn"],
    "RSA": ["rsa"],
    "SVCCA": ["svcca"],
    "Procrustes": ["procrustes_distance"],
}
ALONE = {"subsets": 0, "permutations": 0}


def measure_case(points: int, features: int, dadapy: str | None) -> None:
    """Print the times and the peak of memory of one N and D."""
    import torch

    torch.set_num_threads(THREADS)
    source, target = networks(points, features)
    pairs, fits = BLOCKS**2, min(points, features) <= SIDE
    print(f"N = {points}, D = {features}, {BLOCKS} x {BLOCKS} blocks, {THREADS} threads")
    products = best_of(3, lambda: gram_products([*source.values(), *target.values()]))
    print(f"  {'matrix products':24}{products:8.2f} s: of {2 * BLOCKS} Gram matrices, float32")
    print_accuracy(source)
    alone: dict[str, float] = {}
    compare(source, target, ["rsa"], ALONE)  # imports
    for title, names in GROUPS.items():
        if names[0] in SINGULAR and not fits:
            print(f"  {title:24}  left out: all pairs would take hours")
            continue
        alone[title] = best_of(3, lambda names=names: compare(source, target, names, ALONE))
        (whole, peak) = peak_of(lambda names=names: compare(source, target, names, {}))
        print(
            f"  {title:24}{alone[title]:8.2f} s values, {whole:6.2f} s with error bars and nulls,"
            f" peak {peak:4.0f} MiB"
        )
    ratio = alone["information imbalance"] / products
    aim = " (at most 3)" if (points, features) == JUDGED else ""
    print(f"  information imbalance / products {ratio:.2f}{aim}")
    print("  other libraries, one pair times the number of pairs:")
    x, y = source["1"], target["1"]
    for title, library, work in peers(x, y, fits):
        try:
            seconds = best_of(1, work) * pairs
        except ImportError as missing:
            print(f"    {title:22}{library}: not installed ({missing.name})")
            continue
        print_peer(title, library, seconds, alone)
    if dadapy is None:
        print("    information imbalance, neighbourhood overlap  DADApy: no --dadapy PYTHON given")
    else:
        for title, seconds in dadapy_seconds(dadapy, points, features).items():
            print_peer(title, "DADApy", seconds * pairs, alone)


def print_peer(title: str, library: str, seconds: float, alone: dict[str, float]) -> None:
    """Print what another library takes, and how many times ours that is."""
    ours = alone.get(title, math.nan)
    print(f"    {title:22}{library:26}{seconds:8.1f} s, {seconds / ours:6.1f} times ours")


def networks(points: int, features: int) -> tuple[dict, dict]:
    """Return the blocks of two networks that share some of their signal."""
    import torch

    generator = torch.Generator().manual_seed(0)
    latent = torch.randn(points, 30, generator=generator)

    def block() -> torch.Tensor:
        weights = torch.randn(30, features, generator=generator)
        noise = torch.randn(points, features, generator=generator)
        return (latent @ weights / 30**0.5 + noise).relu_()

    source, target = ({str(i): block() for i in range(1, BLOCKS + 1)} for _ in range(2))
    return source, target


def compare(source: dict, target: dict, names: list[str], settings: dict) -> list[dict]:
    """Return the rows of all pairs."""
    import torch

    from defrost.similarity.compare import compare_blocks

    return compare_blocks(source, target, torch.Generator().manual_seed(1), names, **settings)


def gram_products(blocks: list) -> None:
    """Multiply every block with itself, in chunks that are thrown away."""
    for x in blocks:
        for rows in x.split(256):
            rows @ x.T


def print_accuracy(source: dict) -> None:
    """Print what float32 costs the distances of the first block."""
    from defrost.similarity.centre import EXACT_POINTS, prepare
    from defrost.similarity.distances import float32_error

    x = prepare(source["1"])
    if len(x) <= EXACT_POINTS:
        print("  products are in float64")
        return
    error, changed = float32_error(x, rows=500)
    print(
        f"  float32 distances: relative error {error:.0e} at most, "
        f"{changed:.1%} of 500 nearest neighbours another"
    )


def peers(x, y, fits: bool) -> list[tuple[str, str, Callable[[], Any]]]:
    """Return what to time: measure, library, work on one pair."""

    def torch_cka() -> None:
        from torch_cka import CKA

        hsic = CKA._HSIC.__get__(type("On", (), {"device": "cpu"})())
        k, ell = ((z - z.mean(0)) @ (z - z.mean(0)).T for z in (x, y))
        for kernel in (k, ell):
            kernel.fill_diagonal_(0)
        hsic(k, ell), hsic(k, k), hsic(ell, ell)

    def repsim(measure: str, *settings: str) -> Callable[[], Any]:
        def work() -> None:
            import repsim

            getattr(repsim, measure)([x.numpy(), y.numpy()], *settings)

        return work

    def rsatoolbox() -> None:
        from rsatoolbox.data import Dataset
        from rsatoolbox.rdm import calc_rdm, compare

        rdms = [calc_rdm(Dataset(z[:2000].double().numpy()), method="correlation") for z in (x, y)]
        compare(*rdms, method="spearman")

    def scipy_procrustes() -> None:
        from scipy.linalg import orthogonal_procrustes

        a, b = ((z - z.mean(0)).double().numpy() for z in (x, y))
        orthogonal_procrustes(a, b)

    def numpy_svcca() -> None:
        import numpy as np

        bases = []
        for z in (x, y):
            left, values, _ = np.linalg.svd((z - z.mean(0)).numpy(), full_matrices=False)
            kept = np.searchsorted(np.cumsum(values**2) / np.sum(values**2), 0.99) + 1
            bases.append(left[:, :kept])
        np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)

    def sklearn_knn(metric: str) -> Callable[[], Any]:
        def work() -> None:
            from sklearn.neighbors import NearestNeighbors

            for z in (x, y):
                NearestNeighbors(n_neighbors=11, metric=metric).fit(z.numpy()).kneighbors(z.numpy())

        return work

    found = [
        ("debiased linear CKA", "torch_cka, full batch", torch_cka),
        ("RSA", "rsatoolbox, 2,000 points", rsatoolbox),
        ("neighbourhood overlap", "scikit-learn neighbours", sklearn_knn("euclidean")),
        ("mutual kNN", "scikit-learn neighbours", sklearn_knn("cosine")),
    ]
    if len(x) <= SIDE:  # minutes a pair beyond
        found.append(("linear CKA, both", "repsim, biased", repsim("cka", "linear", "gretton")))
    if fits:
        found.append(("Procrustes", "scipy", scipy_procrustes))
        found.append(("SVCCA", "NumPy, written out", numpy_svcca))
    return found


DADAPY = """
import json, sys, time
import numpy as np
from dadapy import MetricComparisons
points, features = int(sys.argv[1]), int(sys.argv[2])
generator = np.random.default_rng(0)
x, y = (generator.normal(size=(points, features)) for _ in range(2))
seconds = {}
began = time.perf_counter()
MetricComparisons(coordinates=x, n_jobs=THREADS).return_information_imbalace(y, subset_size=points)
seconds["information imbalance"] = time.perf_counter() - began
began = time.perf_counter()
MetricComparisons(coordinates=x, maxk=10, n_jobs=THREADS).return_data_overlap(y, k=10)
seconds["neighbourhood overlap"] = time.perf_counter() - began
print(json.dumps(seconds))
"""


def dadapy_seconds(python: str, points: int, features: int) -> dict[str, float]:
    """Return what DADApy takes for one pair, in the environment of another Python."""
    code = DADAPY.replace("THREADS", str(THREADS))
    done = subprocess.run(
        [python, "-W", "ignore", "-c", code, str(points), str(features)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def best_of(repeats: int, work: Callable[[], Any]) -> float:
    """Return the shortest of several wall times: other processes only add to one.

    What takes longer than `LONG` is not repeated: it is long against what other processes do.
    """
    times: list[float] = []
    while len(times) < repeats and sum(times) < LONG:
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def peak_of(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the wall time and by how many MiB the memory held grew at most meanwhile."""
    gc.collect()
    before, highest, done = resident(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            highest[0] = max(highest[0], resident())

    watcher = threading.Thread(target=watch)
    watcher.start()
    seconds = best_of(1, work)
    done.set()
    watcher.join()
    return seconds, (highest[0] - before) / 2**20


def resident() -> int:
    """Return the bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def measure_memory() -> None:
    """Print the peak for one grid of all measures at N = 20,000 and D = 512."""
    import torch

    from defrost.similarity.measures import PAIR_MEASURES

    torch.set_num_threads(THREADS)
    compare(*networks(100, 8), list(PAIR_MEASURES), {})  # imports
    source, target = networks(20_000, 512)
    seconds, peak = peak_of(lambda: compare(source, target, list(PAIR_MEASURES), {}))
    print(f"N = 20000, D = 512, {BLOCKS} x {BLOCKS} blocks, all measures, error bars and nulls")
    print(f"  {seconds:.0f} s, peak {peak:.0f} MiB beyond imports and inputs (at most 1,024)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, nargs="+", default=[2000, 5000])
    parser.add_argument("--features", type=int, nargs="+", default=[64, 512, 4096])
    parser.add_argument("--dadapy", help="Python of an environment with DADApy")
    parser.add_argument("--case", type=int, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        measure_case(*given.case, given.dadapy)
        return
    if given.memory:
        measure_memory()
        return
    dadapy = ["--dadapy", given.dadapy] if given.dadapy else []
    for points in given.points:
        for features in given.features:
            case = ["--case", str(points), str(features)]
            subprocess.run([sys.executable, __file__, *case, *dadapy], check=True)
    subprocess.run([sys.executable, __file__, "--memory"], check=True)


if __name__ == "__main__":
    main()

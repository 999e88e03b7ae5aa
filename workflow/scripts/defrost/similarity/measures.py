"""What each measure of similarity is, as data: invariances, direction, value by chance, range.

Nothing but data, so that config and figures can ask without loading the code that computes.
"""

from dataclasses import dataclass

ORTHOGONAL = "orthogonal maps"
SCALE = "isotropic scaling"
TRANSLATION = "translation"
LINEAR = "invertible linear maps"
INVARIANCES = (ORTHOGONAL, SCALE, TRANSLATION, LINEAR)
EUCLIDEAN = frozenset({ORTHOGONAL, SCALE, TRANSLATION})


@dataclass(frozen=True)
class Measure:
    """A measure of similarity of two representations of the same N inputs.

    Attributes:
        name: as in tables; the function of that name is in the module.
        module: in `defrost.similarity`.
        title: in the field's words.
        source: the paper that defined it.
        invariances: changes of either representation, out of `INVARIANCES`, that it ignores.
        larger_is_more_similar: False for a distance.
        symmetric: whether source and target can be exchanged.
        independent: its value for independent representations of many points; None where that
            depends on N, k, Dx or Dy, as `by_chance` says.
        by_chance: the same in words.
        low, high: ends of its range; reached only where N and D allow it.
        least_points: the fewest points at which it says anything; plus k where `per_neighbour`.
        per_neighbour: whether it depends on a number of neighbours, k.
        ranks_all_pairs: whether it ranks all pairs of points, or takes their median, so that at
            most `rank_points` points are used.
        takes_labels: whether the second representation is a label for each point.
    """

    name: str
    module: str
    title: str
    source: str
    invariances: frozenset[str] = EUCLIDEAN
    larger_is_more_similar: bool = True
    symmetric: bool = True
    independent: float | None = 0.0
    by_chance: str = "0"
    low: float = 0.0
    high: float = 1.0
    least_points: int = 4
    per_neighbour: bool = False
    ranks_all_pairs: bool = False
    takes_labels: bool = False


_IMBALANCE = {
    "module": "information_imbalance",
    "source": "Glielmo et al. 2022",
    "larger_is_more_similar": False,
    "symmetric": False,
    "independent": 1.0,
    "by_chance": "1",
    "high": 2.0,
    "least_points": 1,
    "per_neighbour": True,
}
_NEIGHBOURS = {"least_points": 2, "per_neighbour": True, "independent": None}

_ALL = (
    Measure("linear_cka", "cka", "linear CKA, biased", "Kornblith et al. 2019",
            independent=None, by_chance="above 0, towards 1 as D grows past N", least_points=3),
    Measure("debiased_linear_cka", "cka", "linear CKA, debiased", "Nguyen et al. 2021", low=-1.0),
    Measure("debiased_rbf_cka", "rbf_cka", "RBF CKA, debiased",
            "Kornblith et al. 2019, Nguyen et al. 2021", low=-1.0, ranks_all_pairs=True),
    Measure("information_imbalance_source_to_target", title="information imbalance, A to B",
            **_IMBALANCE),
    Measure("information_imbalance_target_to_source", title="information imbalance, B to A",
            **_IMBALANCE),
    Measure("neighbourhood_overlap", "neighbourhood_overlap", "neighbourhood overlap",
            "Doimo et al. 2020", by_chance="k / (N - 1)", **_NEIGHBOURS),
    Measure("mutual_knn", "mutual_knn", "mutual kNN (cosine)", "Huh et al. 2024",
            invariances=frozenset({ORTHOGONAL, SCALE}), by_chance="k / (N - 1)", **_NEIGHBOURS),
    Measure("svcca", "svcca", "SVCCA", "Raghu et al. 2017",
            independent=None, by_chance="above 0, towards 1 as D grows to N", least_points=3),
    Measure("procrustes_distance", "procrustes", "orthogonal Procrustes distance",
            "Schoenemann 1966, Williams et al. 2021", larger_is_more_similar=False, high=2**0.5,
            independent=None, by_chance="below 1.41, towards 0 as D grows past N",
            least_points=3),
    Measure("rsa", "rsa", "RSA", "Kriegeskorte et al. 2008", invariances=frozenset({SCALE}),
            low=-1.0, ranks_all_pairs=True),
    Measure("label_overlap", "label_overlap", "label overlap", "Doimo et al. 2020",
            by_chance="share of pairs with one label", takes_labels=True, **_NEIGHBOURS),
)  # fmt: skip

MEASURES = {measure.name: measure for measure in _ALL}
PAIR_MEASURES = {name: measure for name, measure in MEASURES.items() if not measure.takes_labels}

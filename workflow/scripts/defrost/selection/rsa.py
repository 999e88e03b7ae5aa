"""RSA-based selection: are inputs alike in the source's network that are so in the target's?"""

from torch import Tensor

from defrost.selection.dissimilarity import RANK_POINTS, correlation_distances, rank_correlation
from defrost.selection.inputs import check_same_inputs
from defrost.selection.value import Value
from defrost.similarity.centre import centre


def rsa_selection(
    features: Tensor, target_features: Tensor, rank_points: int = RANK_POINTS
) -> Value:
    """Return the similarity of representations by which RSA-based selection ranks sources.

    Spearman's correlation, over all pairs of inputs, of 1 - Pearson of their features in the
    source's network and the same in a small network trained on the target. The mean over the
    inputs is taken off every feature first, as in the authors' code.

    Args:
        features: N x D, of the source's network.
        target_features: N x D', of the target's network, for the same inputs.
        rank_points: how many inputs take part, the first ones: memory grows with their square.

    Returns:
        A number without unit in [-1, 1]; NaN with a reason where either network finds all inputs
        alike.

    Raises:
        ValueError: unequal numbers of inputs, or values that are not finite.

    Source:
        Dwivedi, Roig, "Representation similarity analysis for efficient task taxonomy and
        transfer learning", CVPR 2019.
    """
    check_same_inputs(features, target_features)
    return rank_correlation(
        correlation_distances(centre(features[:rank_points])),
        correlation_distances(centre(target_features[:rank_points])),
    )

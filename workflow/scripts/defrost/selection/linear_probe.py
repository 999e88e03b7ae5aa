"""Linear probe: the accuracy of a linear readout of one block's features, by cross-validation."""

import torch
from torch import Tensor

from defrost.selection.folds import Fold
from defrost.selection.inputs import ONE_CLASS, class_indicators
from defrost.selection.rotation import rotated
from defrost.selection.value import Value, undefined
from defrost.similarity.centre import centre

ITERATIONS = 2000  # of the solver; it stops long before on features of unit variance


def linear_probe(features: Tensor, labels: Tensor, folds: list[Fold]) -> Value:
    """Return the share of examples that a readout fitted to the other folds gets right.

    Multinomial logistic regression of scikit-learn with its default penalty |w|^2/2 against the
    sum of the losses. Features are centred and divided by one number, so that their variance is 1
    on average; both are from all examples, which needs no label. For N < D the features are
    rotated into N dimensions first, which changes nothing but the time it takes.

    Args:
        features: N x D, of one block.
        labels: N.
        folds: of the N examples; the same for all sources, so that they are compared in pairs.

    Returns:
        An accuracy in [0, 1]; NaN with a reason where labels are all of one class, or where
        there are no folds.

    Raises:
        ValueError: shapes that do not fit, or values that are not finite.

    Source:
        Alain, Bengio, "Understanding intermediate layers using linear classifier probes", 2016.
    """
    from sklearn.linear_model import LogisticRegression

    centred = centre(features)
    if class_indicators(labels, len(centred)).shape[1] < 2:
        return undefined(ONE_CLASS)
    if not folds:
        return undefined("no class has two examples: nothing is left to validate on")
    deviation = centred.square().mean().sqrt()
    points = (rotated(centred) / torch.where(deviation > 0, deviation, 1.0)).numpy()
    classes = labels.numpy()
    correct = validated = 0
    for train, validation in ((rows.numpy() for rows in fold) for fold in folds):
        readout = LogisticRegression(max_iter=ITERATIONS).fit(points[train], classes[train])
        correct += int((readout.predict(points[validation]) == classes[validation]).sum())
        validated += len(validation)
    return Value(correct / validated)

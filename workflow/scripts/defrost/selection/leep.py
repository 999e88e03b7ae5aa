"""LEEP and NCE: what the source's own classes say of the target's labels."""

import torch
from torch import Tensor

from defrost.selection.inputs import ONE_CLASS, checked_probabilities, class_indicators
from defrost.selection.value import Value, undefined


def leep(probabilities: Tensor, labels: Tensor) -> Value:
    """Return the log expected empirical prediction.

    Mean over examples of log sum_z P(y_i|z) theta(x_i)_z: a class z of the source is drawn with
    the probability that the source's network gives it, a label from how labels go with z over the
    same examples. Finite by definition, since an example counts towards its own P(y_i|z).

    Args:
        probabilities: N x Z, the source's class probabilities theta.
        labels: N.

    Returns:
        A number of at most 0, in nats; NaN where all labels are of one class.

    Raises:
        ValueError: shapes that do not fit, or no probabilities.

    Source:
        Nguyen, Hassner, Seeger, Archambeau, "LEEP: a new measure to evaluate transferability of
        learned representations", ICML 2020, eq. 2.
    """
    probabilities = checked_probabilities(probabilities)
    targets = class_indicators(labels, len(probabilities))
    if targets.shape[1] < 2:
        return undefined(ONE_CLASS)
    # a source class that the network never gives any probability has no say
    probabilities = probabilities[:, probabilities.sum(dim=0) > 0]
    label_given_class = targets.T @ probabilities / probabilities.sum(dim=0)
    predicted = (probabilities @ label_given_class.T * targets).sum(dim=1)
    return Value(float(predicted.log().mean()))


def nce(probabilities: Tensor, labels: Tensor) -> Value:
    """Return the negative conditional entropy -H(Y|Z) of the labels given the source's classes.

    Z is the class that the source's network finds most probable; of equal ones the first.

    Args:
        probabilities: N x Z, the source's class probabilities.
        labels: N.

    Returns:
        A number of at most 0, in nats; NaN where all labels are of one class.

    Raises:
        ValueError: shapes that do not fit, or no probabilities.

    Source:
        Tran, Nguyen, Hassner, "Transferability and hardness of supervised classification tasks",
        ICCV 2019.
    """
    probabilities = checked_probabilities(probabilities)
    targets = class_indicators(labels, len(probabilities))
    if targets.shape[1] < 2:
        return undefined(ONE_CLASS)
    classes = class_indicators(probabilities.argmax(dim=1), len(probabilities))
    joint = targets.T @ classes / len(probabilities)
    return Value(float(torch.xlogy(joint, joint / joint.sum(dim=0)).sum()))

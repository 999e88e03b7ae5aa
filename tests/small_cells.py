"""A small cell of the grid, and how the tests compare what comes of it."""

import torch

CONVNET = {"name": "convnet", "widths": [4, 4, 4], "pool_after": [1, 3]}
TRAINING = {
    "steps": 20,
    "batch_size": 8,
    "learning_rate": 0.01,
    "optimiser": "adam",
    "weight_decay": 0,
    "schedule": "constant",
    "augmentation": {"flip": False, "shift": 0},
    "block_factors": [1, 1, 1],
}
CELL = {
    "study": "test",
    "target": "random",
    "source": "near",
    "protocol": "freeze",
    "depth": 2,
    "size": 20,
    "first": 0,
    "last": 1,
    "source_seeds": 1,
    "source_seed": 0,
    "network": CONVNET,
    "training": TRAINING,
}


def state(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def equal(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def fixed(rows):
    """Return rows of an accuracy table without what is not repeatable or names the cell."""
    leave = ("train_seconds", "peak_memory", "study", "protocol", "depth", "source")
    return [{key: row[key] for key in row if key not in leave} for row in rows]

"""Defrost: which layers of which pretrained network to transfer to a task with little data."""

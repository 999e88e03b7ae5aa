"""Similarity of two representations of the same inputs, and the geometry of one."""

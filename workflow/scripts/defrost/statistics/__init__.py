"""Intervals and the optimal transfer depth."""

"""Choosing a source and a transfer depth from the n labelled target examples alone."""

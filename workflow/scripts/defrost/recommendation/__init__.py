"""The recommendation: which source, protocol and depth, from cross-validation alone."""

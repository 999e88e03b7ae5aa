"""Bundles: a study's run as an RO-Crate that a stranger can check, unpack and run again."""

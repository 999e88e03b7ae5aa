"""Data sets: real images, splits, nested subsets and clones."""

"""The statements of the literature, each with a test that can fail."""

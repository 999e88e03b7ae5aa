"""The training loop, what it costs and how good the result is."""

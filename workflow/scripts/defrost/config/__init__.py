"""The configuration: read once, checked before anything runs, complete afterwards."""

"""How a result was made, and how it is written and read."""

"""Random numbers that depend on what they are for and on nothing else."""

import hashlib


class Seeds:
    """Seeds by name: a hash of the root seed and of the names of what the numbers are for.

    Adding a study, source, size, depth or replicate never changes the seed of another. Every seed
    that was given is kept in `given`, so that a result can say how it was made.
    """

    def __init__(self, root_seed: int) -> None:
        self.root_seed = root_seed
        self.given: dict[str, int] = {}

    def __call__(self, *names: str | int) -> int:
        """Return the seed (63 bits) for these names, in this order."""
        name = "/".join(map(str, names))
        digest = hashlib.sha256(f"{self.root_seed}/{name}".encode()).digest()
        seed = int.from_bytes(digest[:8], "big") >> 1  # torch and numpy both take 63 bits
        self.given[name] = seed
        return seed

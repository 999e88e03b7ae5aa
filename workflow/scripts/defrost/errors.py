"""What goes wrong by no fault of the code."""


class UserError(ValueError):
    """Something that the user has to change, said in one line; a traceback would tell no more."""

    def __init__(self, where: str, found: str, allowed: str) -> None:
        message = " ".join(f"{where}: {found}; {allowed}".split())  # a name may hold a line break,
        # or what a terminal obeys
        super().__init__("".join(c if c.isprintable() else _escaped(c) for c in message))


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode()

"""What goes wrong by no fault of the code."""


class UserError(ValueError):
    """Something that the user has to change, said in one line; a traceback would tell no more."""

    def __init__(self, where: str, found: str, allowed: str) -> None:
        message = f"{where}: {found}; {allowed}"
        super().__init__(" ".join(message.split()))  # a name may hold a line break

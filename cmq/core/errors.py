"""What a person did that cannot be: one exception, one French sentence. Everything else is a bug and must crash."""


class Refusal(Exception):
    """An act that is refused; `str()` gives the French sentence to show. Nothing was written."""


class NotAllowed(Refusal):
    """The act is refused because of who asks."""


def require(condition: object, message: str) -> None:
    """Raise `Refusal(message)` unless `condition` holds."""
    if not condition:
        raise Refusal(message)


def require_right(condition: object, message: str = "Vous n’avez pas le droit de faire cela.") -> None:
    """Raise `NotAllowed(message)` unless `condition` holds."""
    if not condition:
        raise NotAllowed(message)

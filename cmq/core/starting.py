"""Whether the settings let anything start."""

from django.conf import settings


def refusal(*, needs_key: bool = True) -> str:
    """Why nothing starts with this environment, in a sentence; empty when it does.

    Args:
        needs_key: whether what would start signs anything.
    """
    try:
        problem: str = settings.START_PROBLEM
    except ValueError as error:
        # A traceback would show its causes, which quote what could not be read: an address with its password, maybe.
        return str(error)
    return problem if needs_key else ""

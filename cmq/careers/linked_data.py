"""A code of the ROME as schema.org says it."""

from typing import Any


def rome_code(code: str) -> dict[str, Any]:
    """The `CategoryCode` of a job."""
    known = {"@type": "CategoryCodeSet", "name": "ROME"}
    return {"@type": "CategoryCode", "inCodeSet": known, "codeValue": code}

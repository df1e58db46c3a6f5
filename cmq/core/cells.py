"""Values as the cells of a spreadsheet in French hold them."""

from decimal import Decimal
from typing import Any

# A spreadsheet would run a cell that begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """A value as a spreadsheet in French reads it; nothing that it would run as a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        value = " | ".join(value)
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return f"'{value}" if str(value).startswith(FORMULA) else value

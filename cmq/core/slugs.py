"""Addresses made from titles, one each, whoever writes at the same instant."""

from collections.abc import Collection, Iterable
from itertools import count

from django.db import IntegrityError, models, transaction

from cmq.core.text import slug_of

_ATTEMPTS = 20


def save_with_free_slug(
    row: models.Model, title: str, *, default: str, max_length: int = 80, reserved: Collection[str] = ()
) -> None:
    """Save a new row under the first free address that its title gives: « x », then « x-2 », « x-3 »…

    Of two writers who find the same address free, the second meets the constraint and takes the next one. The caller
    is inside a transaction. Any other broken constraint is raised as it is.
    """
    base = slug_of(title, max_length=max_length) or default
    rows = type(row)._default_manager.filter(slug__startswith=base)
    for attempt in range(_ATTEMPTS):
        slug = _first_free(base, {*reserved, *rows.values_list("slug", flat=True)})
        row.slug = slug  # type: ignore[attr-defined]
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            row.pk = None
            if attempt == _ATTEMPTS - 1 or not rows.filter(slug=slug).exists():
                raise
        else:
            return


def _first_free(base: str, taken: Iterable[str]) -> str:
    known = set(taken)
    if base not in known:
        return base
    return next(slug for number in count(2) if (slug := f"{base}-{number}") not in known)

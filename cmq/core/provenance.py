"""Where a statement comes from, and how several sources of one statement add up."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from cmq.core.errors import require
from cmq.core.models import Reliability, Source, Sourced
from cmq.core.partial_dates import PartialDate
from cmq.core.text import one_line


@dataclass(frozen=True)
class Origin:
    """The origin of a statement. All may be unknown; then the page says so."""

    sources: tuple[Source, ...] = ()
    observed_on: PartialDate | None = None
    reliability: Reliability = Reliability.UNKNOWN
    is_deduced: bool = False
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of `Sourced`, but for the sources themselves."""
        return {
            "observed_on": self.observed_on,
            "reliability": self.reliability,
            "is_deduced": self.is_deduced,
            "note": self.note,
        }


UNKNOWN_ORIGIN = Origin()


def declared(
    *, title: str, url: str = "", observed_on: PartialDate | None, reliability: Reliability, on: dt.date
) -> Origin:
    """The origin that a person gives for what they state; the source is found or made.

    Args:
        on: today, which no observation can follow.
    Raises `Refusal`.
    """
    title = one_line(title)
    require(title, "Dites d’où vient ce que vous inscrivez.")
    require(len(title) <= 300, "Le titre de la source dépasse 300 caractères.")
    require(len(url) <= 600, "L’adresse de la source dépasse 600 caractères.")
    require(not url or urlsplit(url).scheme in ("http", "https"), "L’adresse de la source commence par https://.")
    require(observed_on is None or observed_on.first <= on, "La date du constat est à venir.")
    source, _ = Source.objects.get_or_create(title=title, url=url)
    return Origin((source,), observed_on, reliability)


def state(statement: Sourced, origin: Origin) -> None:
    """Save a new statement with its origin."""
    for column, value in origin.columns().items():
        setattr(statement, column, value)
    statement.save()
    statement.sources.add(*origin.sources)


def confirm(statement: Sourced, origin: Origin) -> bool:
    """Add to a standing statement what is new in `origin`: sources, a later observation. Whether anything was new."""
    known = set(statement.sources.values_list("pk", flat=True))
    new = [source for source in origin.sources if source.pk not in known]
    statement.sources.add(*new)
    newer = origin.observed_on is not None and (
        statement.observed_on is None or origin.observed_on.iso > statement.observed_on.iso
    )
    if newer:
        statement.observed_on = origin.observed_on
        statement.save(update_fields=["observed_on"])
    return bool(new) or newer


def trust(statement: Sourced) -> tuple[bool, int, str, int]:
    """What ranks statements that contradict each other: said rather than deduced, reliable, recent, last entered."""
    observed = statement.observed_on.iso if statement.observed_on else ""
    return (not statement.is_deduced, Reliability(statement.reliability).rank, observed, statement.pk)

"""A training begun from the official lists: certifications, diplomas, jobs; found by words, taken into the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet

from cmq.careers.models import Occupation
from cmq.certifications.models import Certification, CertificationOccupation, Diploma
from cmq.core.models import Source
from cmq.core.text import fold

MOST = 20
_LONGEST_TITLE, _LONGEST_DIPLOMA = 250, 200


@dataclass(frozen=True)
class Choice:
    """One entry of a list that a training may be begun from."""

    title: str
    note: str
    query: str


@dataclass(frozen=True)
class List:
    """An official list: what of it answers, and whether anything of it is loaded."""

    name: str
    choices: tuple[Choice, ...]
    is_loaded: bool
    has_more: bool


def lists(q: str) -> list[List]:
    """What each official list holds under these words; nothing without words."""
    return [
        _list("Certifications du RNCP", Certification.objects.active(), "code", q, _certification),
        _list("Diplômes de Certif-Info", Diploma.objects.filter(rncp_code=""), "code", q, _diploma),
        _list("Métiers du ROME", Occupation.objects.current(), "code", q, _job),
    ]


def _list(name: str, rows: "QuerySet[Any]", code: str, q: str, choice: Any) -> List:
    words = fold(q).split()
    found: list[Any] = []
    if words:
        matching = Q(**{f"{code}__iexact": q.strip()})
        by_words = Q()
        for word in words:
            by_words &= Q(folded_title__contains=word)
        found = list(rows.filter(matching | by_words).order_by("folded_title", "pk")[: MOST + 1])
    return List(name, tuple(map(choice, found[:MOST])), rows.exists(), len(found) > MOST)


def _certification(row: Certification) -> Choice:
    level = f", niveau {row.level}" if row.level else ""
    return Choice(row.title, f"{row.code}{level}", urlencode({"rncp": row.code}))


def _diploma(row: Diploma) -> Choice:
    return Choice(row.title, row.kind, urlencode({"diplome": row.code}))


def _job(row: Occupation) -> Choice:
    return Choice(row.title, f"ROME {row.code}", urlencode({"metier": row.code}))


def taken_from(given: Mapping[str, str]) -> dict[str, Any]:
    """What the form begins with: the entry of a list that the address names, and its source; nothing for none."""
    if row := _named(Certification, given.get("rncp", "")):
        romes = CertificationOccupation.objects.filter(certification=row).values_list("occupation", flat=True)
        return {
            "title": row.title[:_LONGEST_TITLE],
            "diploma": (row.kind or row.short_kind)[:_LONGEST_DIPLOMA],
            "level": _level(row.level),
            "rncp_code": row.code if row.code.startswith("RNCP") else "",
            "romes": ", ".join(sorted(romes)),
            **_origin(row.source),
        }
    if row := _named(Diploma, given.get("diplome", "")):
        return {
            "title": row.title[:_LONGEST_TITLE],
            "diploma": row.kind[:_LONGEST_DIPLOMA],
            "level": _level(row.level),
            "romes": ", ".join(row.rome_codes),
            **_origin(row.source),
        }
    if row := _named(Occupation, given.get("metier", "")):
        return {"romes": row.code}
    return {}


def _named(model: type[Model], key: str) -> Any:
    return model._default_manager.filter(pk=key).first() if key else None


def _level(level: int | None) -> int | None:
    return level if level and level >= 3 else None


def _origin(source: Source | None) -> dict[str, str]:
    return {"source_title": source.title, "source_url": source.url} if source else {}

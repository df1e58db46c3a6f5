"""The poster of a stop: one tagged page (PDF/UA-1, PDF/A-2a) with a code that leads to its page (decision 0023)."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from cmq.core.codes import qr_code
from cmq.core.documents import shown
from cmq.tours import rules
from cmq.tours.models import Stop, StopState

TEMPLATE = Path(__file__).resolve().parent / "data" / "poster.typ"
# What is read from afar of a text; the sizes shrink for a long title or place, until one page holds all.
MOST_TEXT = 420
_LONGEST_WORD = re.compile(r"\S{24}(?=\S)")


def pdf(stop: Stop, *, at: dt.datetime) -> bytes:
    """The poster of a stop as it stands."""
    made: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"data": json.dumps(content(stop, at=at))},
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        timestamp=at.replace(microsecond=0),
    )
    return made


def content(stop: Stop, *, at: dt.datetime) -> dict[str, Any]:
    """What the poster says at that instant."""
    tour, url = stop.tour, f"{settings.SITE_URL}{stop.get_absolute_url()}"
    parts = [("Pour qui", ", ".join(stop.audience_labels)), ("Accessibilité", _cut(stop.accessibility))]
    texts = {
        "title": tour.title,
        "publisher": settings.SITE_OWNER or settings.SITE_NAME,
        "when": stop.when[0].upper() + stop.when[1:],
        "where": stop.where,
        "summary": _cut(stop.description or tour.summary),
        "cancelled": stop.reason if stop.state == StopState.CANCELLED else "",
        "invitation": "Inscription en ligne :" if rules.is_open(stop, at=at) else "En savoir plus :",
        "campus": f"Campus des métiers et des qualifications – {tour.campus}",
    }
    return {
        **{name: _printed(text) for name, text in texts.items()},
        "url": shown(url),
        "parts": [(shown(name), _printed(text)) for name, text in parts if text],
        "is_demo": tour.campus.is_demo,
        "code": qr_code(url),
    }


def _printed(text: str) -> str:
    """What the fonts have, with a place to break in the words that are longer than a line."""
    return _LONGEST_WORD.sub("\\g<0>\u200b", shown(text))


def _cut(text: str) -> str:
    """The beginning of a text, cut between two words."""
    if len(text) <= MOST_TEXT:
        return text
    return text[:MOST_TEXT].rsplit(None, 1)[0] + "…"

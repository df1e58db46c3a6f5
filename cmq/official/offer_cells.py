"""What the fields of an offer mean, whoever publishes it; impossible values are left blank, with the reason."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cmq.careers.models import Occupation
from cmq.core.text import fold
from cmq.offers.cleaning import clean_line, clean_text, twin_key
from cmq.offers.models import JobOffer
from cmq.official.importers import Known
from cmq.organisations.codes import is_siret
from cmq.reference.geo import distance_km

# Further than the far end of the largest commune, and than any slip of the hand.
FURTHEST_KM = 60
_OLDEST = dt.datetime(2010, 1, 1, tzinfo=dt.UTC)
_WEB = re.compile(r"https?://[\w.-]+\.[\w-]+(?::\d{1,5})?(?:[/?#][^\s<>\"\\]*)?", re.IGNORECASE)
_POSTCODE = re.compile(r"\b([0-9]{5})\b\s*(.*)$")


class Impossible(ValueError):
    """The offer cannot be kept; the text is a French sentence."""


@dataclass
class Reading:
    """One offer while it is read: what is known of the reference, the instant, and what was left blank."""

    known: Known
    at: dt.datetime
    notes: list[str] = field(default_factory=list)

    def published(self, value: object) -> dt.datetime:
        """When it was published. Raises `Impossible`."""
        found = instant(value)
        if found is None:
            raise Impossible("La date de publication manque ou n’en est pas une.")
        if not _OLDEST <= found <= self.at + dt.timedelta(days=1):
            raise Impossible(f"La date de publication est impossible : {found:%d/%m/%Y}.")
        return found

    def modified(self, value: object, published: dt.datetime) -> dt.datetime:
        """When it was changed, not before it was published nor after today."""
        found = instant(value) or published
        return min(max(found, published), max(self.at, published))

    def expires(self, value: object, published: dt.datetime) -> dt.datetime | None:
        """Until when it stands, blank when that is before it was published or in ten years."""
        found = instant(value)
        if found is None:
            return None
        if not published <= found <= self.at + dt.timedelta(days=3653):
            self.notes.append("Date de fin impossible.")
            return None
        return found

    def place(self, code: str, lat: object, lon: object) -> dict[str, Any]:
        """The commune and the point; a point that is nowhere near the commune gives way to its centre."""
        centre = self.known.communes.get(code)
        commune = None if centre is None else code
        if code and commune is None:
            self.notes.append("Commune inconnue.")
        point = self._point(lat, lon)
        if point and centre and distance_km(*point, *centre) > FURTHEST_KM:
            self.notes.append("Coordonnées loin de la commune.")
            point = None
        latitude, longitude = point or centre or (None, None)
        return {"commune_id": commune, "latitude": latitude, "longitude": longitude}

    def _point(self, lat: object, lon: object) -> tuple[float, float] | None:
        if lat in (None, "") and lon in (None, ""):
            return None
        try:
            point = round(float(str(lat)), 6), round(float(str(lon)), 6)
        except ValueError:
            point = (math.nan, math.nan)
        # No place of France is within a degree of the point where both are nought.
        if not (abs(point[0]) <= 90 and abs(point[1]) <= 180) or max(map(abs, point)) < 1:
            self.notes.append("Coordonnées impossibles.")
            return None
        return point

    def occupation(self, code: object) -> str | None:
        """The job of a ROME code, where it is loaded."""
        text = str(code or "")[:5].upper()
        if text and text not in self.known.keys(Occupation):
            self.notes.append("Code ROME inconnu.")
            return None
        return text or None

    def siret(self, value: object) -> str:
        """A SIRET with its right key; empty otherwise."""
        digits = re.sub(r"\s", "", str(value or ""))
        if digits and not is_siret(digits):
            self.notes.append("SIRET faux.")
            return ""
        return digits

    def code_of(self, address: str) -> str:
        """The INSEE code of the commune at the end of an address: « 20 AVENUE DE SEGUR 75007 PARIS »."""
        found = _POSTCODE.search(address)
        served = self.known.served.get(found[1]) if found else None
        if not found or not served:
            return ""
        names = fold(found[2])
        return next((code for name, code in served.items() if name == names), "") or (
            next(iter(served.values())) if len(served) == 1 else ""
        )


def instant(value: object) -> dt.datetime | None:
    """An instant written in ISO 8601, in UTC when it does not say; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = dt.datetime.fromisoformat(value)
        return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError):
        return None


def web(value: object, *, longest: int = 600) -> str:
    """An address of the web, empty for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    return text if len(text) <= longest and _WEB.fullmatch(text) else ""


def number(value: object, *, most: int) -> int | None:
    """A whole number from 1 to `most`; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most else None


def within(value: object, *path: str) -> Any:
    """What lies along a path of keys; None where it breaks off."""
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def an_offer(*, title: object, text: object, employer: object, **fields: Any) -> JobOffer:
    """An unsaved offer with its texts cleaned and its keys set. Raises `Impossible` without a title."""
    name, called = clean_line(employer, longest=250), clean_line(title, longest=250)
    if not called:
        raise Impossible("L’intitulé manque.")
    folded = fold(called)[:250]
    return JobOffer(
        title=called,
        folded_title=folded,
        text=clean_text(text),
        employer_name=name,
        twin_key=twin_key(employer=name, folded_title=folded, commune=fields.get("commune_id") or ""),
        **fields,
    )

"""Base adresse nationale: where the addresses of campuses’ trainings are."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import GeocodedAddress
from cmq.catalogue.statements import address_key
from cmq.official.fetching import Caller
from cmq.official.importers import LICENCE_OUVERTE
from cmq.official.lookups import Lookup
from cmq.official.sources.schools import coordinates
from cmq.trainings.models import Training

URL = "https://data.geopf.fr/geocodage/search"
# Under it the answer is as often another street as the one that was meant.
LEAST_SCORE = 0.5

Address = tuple[str, str]  # as it was typed, INSEE code of the commune


def waiting(on: dt.date) -> Iterator[Address]:
    """Addresses of trainings that were never asked about; no demonstration."""
    known = set(GeocodedAddress.objects.values_list("text", "commune"))
    rows = Training.objects.exclude(address="").exclude(commune=None).exclude(campus__is_demo=True)
    for address, commune in rows.order_by("pk").values_list("address", "commune").distinct():
        key = (address_key(address), commune)
        if key[0] and key not in known:
            known.add(key)
            yield address, commune


def ask(caller: Caller, address: Address) -> dict[str, Any]:
    """The likeliest place of the commune; empty when none is likely enough."""
    parameters = {"q": address[0][:200], "citycode": address[1], "limit": "1"}
    found = caller.json(URL, params=parameters).get("features") or []
    return best_of(found)


def best_of(features: list[dict[str, Any]]) -> dict[str, Any]:
    """Columns of `GeocodedAddress` from the first feature of an answer."""
    if not features:
        return {}
    said = features[0].get("properties") or {}
    point = (features[0].get("geometry") or {}).get("coordinates") or []
    score = said.get("score")
    if len(point) != 2 or not isinstance(score, int | float) or score < LEAST_SCORE:
        return {}
    latitude, longitude = coordinates(str(point[1]), str(point[0]))
    return {"latitude": latitude, "longitude": longitude, "score": score, "label": str(said.get("label", ""))[:250]}


def keep(address: Address, answer: dict[str, Any], on: dt.date) -> None:
    """Keep what was found, or that nothing was."""
    GeocodedAddress.objects.update_or_create(
        text=address_key(address[0]), commune_id=address[1], defaults={"asked_on": on, **answer}
    )


LOOKUP: Lookup[Address] = Lookup(
    slug="adresses",
    title="Base adresse nationale : adresses des formations",
    publisher="Base adresse nationale",
    licence=LICENCE_OUVERTE,
    page="https://adresse.data.gouv.fr/",
    per_second=20,
    waiting=waiting,
    ask=ask,
    keep=keep,
    stale_after=dt.timedelta(days=7),
    after=build_courses,
)

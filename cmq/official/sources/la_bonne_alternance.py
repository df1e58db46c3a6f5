"""Offers of La bonne alternance: one file of all offers, made every night, whose address lives two minutes.

The service is meant for uses without profit only (its terms of use).
"""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from cmq.offers.actions.taking_in import Publication
from cmq.offers.cleaning import clean_line
from cmq.offers.models import ContractKind, OfferKind, OfferOrigin, OfferSource
from cmq.official.errors import FileRefused, Rejected
from cmq.official.fetching import calling
from cmq.official.importers import Known
from cmq.official.offer_cells import Impossible, Reading, an_offer, instant, number, web, within
from cmq.official.slices import Cursor, OfferImporter, Page, pages_of

_LISTS = ("jobs.item", "item")


def walk(cursor: Cursor | None, *, at: dt.datetime) -> Iterator[Page]:
    """Every offer of the source, page by page; a reading that was cut goes on in the file that it had."""
    if cursor is None or not Path(cursor["file"]).is_file():
        cursor = {"file": str(_download()), "done": 0}
    yield from pages_of(Path(cursor["file"]), _LISTS, done=int(cursor["done"]))


def _download() -> Path:
    headers = {"Authorization": f"Bearer {settings.BONNE_ALTERNANCE_KEY}"}
    with calling("La bonne alternance", per_second=0.5, headers=headers) as caller:
        said = caller.json(f"{settings.BONNE_ALTERNANCE_URL}/job/v1/export")
    url, day = web(within(said, "url"), longest=4_000), instant(within(said, "lastUpdate"))
    if not url or day is None:
        raise FileRefused("La bonne alternance a changé la forme de son export.")
    folder = Path(settings.VAR_DIR) / "official" / "la-bonne-alternance"
    # The file lies elsewhere, behind an address that is a key itself: ours does not go there.
    with calling("La bonne alternance") as caller:
        file = caller.download(url, folder, name=f"offres-{day:%Y%m%dT%H%M%S}.json")
    for old in folder.glob("*-*.json"):
        if old != file.path:
            old.unlink()
    return file.path


def parse(raw: Any, known: Known, *, rank: int, at: dt.datetime) -> Publication | Rejected | None:
    """One offer; pure. None for one that is filled or cancelled. No telephone, no recipient of applications is read."""
    said, place, numbers = within(raw, "offer"), within(raw, "workplace"), within(raw, "identifier")
    if within(said, "status") not in (None, "Active"):
        return None
    label = _number(numbers)
    try:
        if not label:
            raise Impossible("Le numéro de l’offre manque.")
        reading = Reading(known, at)
        published = reading.published(within(said, "publication", "creation"))
        address = clean_line(within(place, "location", "address"), longest=200)
        lon, lat = _point(within(place, "location", "geopoint", "coordinates"))
        offer = an_offer(
            title=within(said, "title"),
            text=within(said, "description"),
            employer=within(place, "name") or within(place, "brand") or within(place, "legal_name"),
            kind=OfferKind.APPRENTICESHIP,
            contract=_contract(within(raw, "contract", "type")),
            duration_months=number(within(raw, "contract", "duration"), most=60),
            positions=number(within(said, "opening_count"), most=9_999) or 1,
            level=_level(within(said, "target_diploma", "european")),
            occupation_id=reading.occupation(_first(within(said, "rome_codes"))),
            siret=reading.siret(within(place, "siret")),
            naf_division=_division(within(place, "domain", "naf", "code")),
            place=address,
            starts_on=_day(within(raw, "contract", "start"), published),
            published_at=published,
            modified_at=published,
            expires_at=reading.expires(within(said, "publication", "expiration"), published),
            apply_url=web(within(raw, "apply", "url")),
            **reading.place(reading.code_of(address), lat, lon),
        )
    except Impossible as why:
        return Rejected(rank, str(why), label[:60])
    except (AttributeError, TypeError) as error:
        return Rejected(rank, f"L’offre n’a pas la forme documentée ({type(error).__name__}).", label[:60])
    origin = OfferOrigin(
        source=OfferSource.BONNE_ALTERNANCE,
        number=label,
        url=offer.apply_url,
        partner=clean_line(within(numbers, "partner_label"), longest=60),
        partner_number=str(within(numbers, "partner_job_id") or "")[:120],
    )
    return Publication(offer, origin, tuple(reading.notes))


def _number(numbers: Any) -> str:
    """Its own number; offers that only pass through have none but their partner's."""
    own, theirs = within(numbers, "id"), within(numbers, "partner_job_id")
    label = str(own or (f"{within(numbers, 'partner_label')}:{theirs}" if theirs else ""))
    return re.sub(r"\s+", " ", label)[:120]


def _point(value: object) -> tuple[object, object]:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else (None, None)


def _contract(kinds: object) -> ContractKind:
    names = [str(each).lower() for each in kinds] if isinstance(kinds, list) else []
    is_other = "professionnalisation" in names and "apprentissage" not in names
    return ContractKind.PROFESSIONALISATION if is_other else ContractKind.APPRENTICESHIP


def _first(values: object) -> object:
    return values[0] if isinstance(values, list) and values else None


def _level(value: object) -> int | None:
    return int(str(value)) if str(value) in "345678" and value else None


def _division(value: object) -> str:
    code = str(value or "")[:2]
    return code if code.isdecimal() and len(code) == 2 else ""


def _day(value: object, published: dt.datetime) -> dt.date | None:
    found = instant(value)
    within_reason = found and published - dt.timedelta(days=366) <= found <= published + dt.timedelta(days=1096)
    return timezone.localdate(found) if found and within_reason else None


IMPORTER = OfferImporter(
    slug="la-bonne-alternance",
    title="Offres en alternance de La bonne alternance",
    publisher="La bonne alternance",
    licence="Licence Ouverte 2.0 ; usages sans but lucratif",
    page="https://api.apprentissage.beta.gouv.fr/",
    source=OfferSource.BONNE_ALTERNANCE,
    keys=("BONNE_ALTERNANCE_KEY",),
    walk=walk,
    parse=parse,
    lists=_LISTS,
    stale_after=dt.timedelta(days=2),
)

"""Offers of France Travail, API « Offres d’emploi » v2: a token, slices that fit under the limit, 150 offers a call.

The service gives no more than the first 3,150 offers of a question: départements that have more are asked by days, then
by hours of publication. A slice is [département, first second, last second]: a reading goes on where it was cut.
"""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
from django.conf import settings

from cmq.offers.actions.taking_in import Publication
from cmq.offers.cleaning import clean_line
from cmq.offers.models import ContractKind, OfferKind, OfferOrigin, OfferSource
from cmq.official.errors import FileRefused, Rejected
from cmq.official.fetching import Caller, calling
from cmq.official.importers import Known
from cmq.official.offer_cells import Impossible, Reading, an_offer, number, web, within
from cmq.official.slices import Cursor, OfferImporter, Page
from cmq.reference.models import Departement, Zone

PER_CALL = 150
MOST_REACHED = 3_150
_FIRST = dt.datetime(2015, 1, 1, tzinfo=dt.UTC)
_SCOPE = "api_offresdemploiv2 o2dsoffre"
_RANGE = re.compile(r"offres (?:(\d+)-(\d+)|\*)/(\d+)")
_MONTHS = re.compile(r"(\d{1,2})\s*mois", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2})\s?[hH](\d{2})?")
_CONTRACTS = {
    "CDI": ContractKind.PERMANENT,
    "DIN": ContractKind.PERMANENT,
    "CDD": ContractKind.FIXED_TERM,
    "DDI": ContractKind.FIXED_TERM,
    "SAI": ContractKind.FIXED_TERM,
    "MIS": ContractKind.TEMPORARY,
    "TTI": ContractKind.TEMPORARY,
    "LIB": ContractKind.SELF_EMPLOYED,
}
_LEVELS = (("bac+5", 7), ("bac+3", 6), ("bac+2", 5), ("bac ou", 4), ("cap", 3))


class _Token:
    """A client that holds a token, and asks for another one when it has run out (RFC 6749, 4.4)."""

    def __init__(self, caller: Caller) -> None:
        self.caller, self.token = caller, ""

    def search(self, params: dict[str, str]) -> httpx.Response:
        """One page of a search: 200, 204 or 206. Raises `SourceUnavailable`."""
        address = f"{settings.FRANCE_TRAVAIL_URL}/offres/search"
        for attempt in (1, 2):
            self.token = self.token or self._new()
            headers = {"Authorization": f"Bearer {self.token}"}
            allowed = frozenset({401}) if attempt == 1 else frozenset()
            answer = self.caller.request("GET", address, params=params, headers=headers, good=allowed)
            if answer.status_code != httpx.codes.UNAUTHORIZED:
                break
            self.token = ""
        return answer

    def _new(self) -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.FRANCE_TRAVAIL_ID,
            "client_secret": settings.FRANCE_TRAVAIL_SECRET,
            "scope": _SCOPE,
        }
        said = self.caller.json(settings.FRANCE_TRAVAIL_TOKEN_URL, method="POST", data=form)
        token = within(said, "access_token")
        if not isinstance(token, str) or not token:
            raise FileRefused("France Travail a changé la forme de ses jetons : il n’y a pas d’access_token.")
        return token


def walk(cursor: Cursor | None, *, at: dt.datetime) -> Iterator[Page]:
    """Every offer of the source, page by page, from a cursor on. Raises `SourceUnavailable`, `FileRefused`."""
    if cursor is None:
        codes = Departement.objects.exclude(region__zone=Zone.COM).order_by("-code").values_list("code", flat=True)
        cursor = {"slices": [[code, int(_FIRST.timestamp()), int(at.timestamp())] for code in codes], "start": 0}
    slices, start = [list(each) for each in cursor["slices"]], int(cursor["start"])
    with calling("France Travail", per_second=settings.FRANCE_TRAVAIL_PER_SECOND) as caller:
        token = _Token(caller)
        while slices:
            offers, total = _page(token, slices[-1], start)
            if start == 0 and total > MOST_REACHED and (halves := _halves(slices[-1])):
                slices[-1:] = halves
                continue
            notes = []
            if start == 0 and total > MOST_REACHED:
                notes = [f"Tranche trop pleine : {total} offres, dont {MOST_REACHED} lues."]
            start += PER_CALL
            if start >= min(total, MOST_REACHED):
                slices.pop()
                start = 0
            yield Page(offers, {"slices": slices, "start": start} if slices else None, tuple(notes))


def _page(token: _Token, piece: list[Any], start: int) -> tuple[list[Any], int]:
    departement, first, last = piece
    params = {
        "departement": departement,
        "range": f"{start}-{start + PER_CALL - 1}",
        "sort": "1",
        "minCreationDate": _iso(first),
        "maxCreationDate": _iso(last),
    }
    answer = token.search(params)
    if answer.status_code == httpx.codes.NO_CONTENT:
        return [], 0
    found = _RANGE.search(answer.headers.get("Content-Range", ""))
    try:
        offers = answer.json()["resultats"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileRefused("France Travail répond dans une autre forme que celle qui est documentée.") from error
    if found is None or not isinstance(offers, list):
        raise FileRefused("France Travail ne dit plus combien d’offres il y a (Content-Range).")
    return offers, int(found[3])


def _halves(piece: list[Any]) -> list[list[Any]]:
    """Two slices of half the time, the newer one last: it is read first. Nothing for less than a minute."""
    departement, first, last = piece
    middle = (first + last) // 2
    return [[departement, first, middle], [departement, middle + 1, last]] if last - first > 60 else []


def _iso(second: int) -> str:
    return dt.datetime.fromtimestamp(second, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(raw: Any, known: Known, *, rank: int, at: dt.datetime) -> Publication | Rejected:
    """One offer of an answer; pure. Its `contact` and `agence` (persons, addresses, telephones) are not even read."""
    label = str(within(raw, "id") or "")
    try:
        if not re.fullmatch(r"[\w-]{1,40}", label):
            raise Impossible("Le numéro de l’offre manque.")
        reading = Reading(known, at)
        published = reading.published(raw.get("dateCreation"))
        place = raw.get("lieuTravail") or {}
        kind, contract = _contract(raw)
        offer = an_offer(
            title=raw.get("intitule"),
            text=raw.get("description"),
            employer=within(raw, "entreprise", "nom"),
            kind=kind,
            contract=contract,
            duration_months=_months(raw),
            weekly_hours=_hours(raw),
            salary=clean_line(within(raw, "salaire", "libelle"), longest=200),
            positions=number(raw.get("nombrePostes"), most=9_999) or 1,
            is_accessible=raw.get("accessibleTH") if isinstance(raw.get("accessibleTH"), bool) else None,
            level=_level(raw.get("formations")),
            occupation_id=reading.occupation(raw.get("romeCode")),
            job_title=clean_line(raw.get("appellationlibelle"), longest=250),
            siret=reading.siret(within(raw, "entreprise", "siret")),
            naf_division=_division(raw),
            place=_place(place),
            published_at=published,
            modified_at=reading.modified(raw.get("dateActualisation"), published),
            **reading.place(str(within(place, "commune") or ""), within(place, "latitude"), within(place, "longitude")),
        )
    except Impossible as why:
        return Rejected(rank, str(why), label[:60])
    except (AttributeError, TypeError) as error:
        return Rejected(rank, f"L’offre n’a pas la forme documentée ({type(error).__name__}).", label[:60])
    url = web(within(raw, "origineOffre", "urlOrigine"))
    offer.apply_url = url
    origin = OfferOrigin(source=OfferSource.FRANCE_TRAVAIL, number=label, url=url)
    return Publication(offer, origin, tuple(reading.notes))


def _contract(raw: dict[str, Any]) -> tuple[OfferKind, ContractKind]:
    nature = str(raw.get("natureContrat") or "").lower()
    if "apprentissage" in nature:
        return OfferKind.APPRENTICESHIP, ContractKind.APPRENTICESHIP
    if "professionnalisation" in nature:
        return OfferKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION
    kind = OfferKind.APPRENTICESHIP if raw.get("alternance") is True else OfferKind.JOB
    return kind, _CONTRACTS.get(str(raw.get("typeContrat")), ContractKind.OTHER)


def _months(raw: dict[str, Any]) -> int | None:
    found = _MONTHS.search(str(raw.get("typeContratLibelle") or ""))
    return int(found[1]) or None if found else None


def _hours(raw: dict[str, Any]) -> Decimal | None:
    found = _HOURS.match(str(raw.get("dureeTravailLibelle") or ""))
    hours = Decimal(found[1]) + round(Decimal(found[2] or 0) / 60, 1) if found else Decimal(0)
    return hours if 0 < hours <= 60 else None


def _level(trainings: object) -> int | None:
    """The lowest level that one of the wished diplomas has."""
    said = (
        [str(within(each, "niveauLibelle") or "").lower() for each in trainings] if isinstance(trainings, list) else []
    )
    levels = [next((level for start, level in _LEVELS if each.startswith(start)), 0) for each in said]
    return min(filter(None, levels), default=None)


def _division(raw: dict[str, Any]) -> str:
    code = str(raw.get("codeNAF") or raw.get("secteurActivite") or "")[:2]
    return code if code.isdecimal() and len(code) == 2 else ""


def _place(place: dict[str, Any]) -> str:
    """« 01 - CULOZ » → « Culoz (01) »."""
    label = clean_line(within(place, "libelle"), longest=150)
    area, dash, name = label.partition(" - ")
    return f"{name.title()} ({area})" if dash and len(area) <= 3 else label


IMPORTER = OfferImporter(
    slug="france-travail",
    title="Offres d’emploi de France Travail",
    publisher="France Travail",
    licence="Conditions d’utilisation de l’API Offres d’emploi",
    page="https://francetravail.io/data/api/offres-emploi",
    source=OfferSource.FRANCE_TRAVAIL,
    keys=("FRANCE_TRAVAIL_ID", "FRANCE_TRAVAIL_SECRET"),
    walk=walk,
    parse=parse,
    lists=("resultats.item",),
    stale_after=dt.timedelta(days=2),
)

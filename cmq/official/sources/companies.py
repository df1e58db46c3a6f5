"""API Recherche d’entreprises: whether an establishment that gives its SIRET exists, is open, and under which name."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from cmq.offers.models import Employer
from cmq.official.fetching import Caller
from cmq.official.importers import LICENCE_OUVERTE
from cmq.official.lookups import Lookup
from cmq.organisations.models import CompanyRecord, Organisation
from cmq.reference.models import Commune

URL = "https://recherche-entreprises.api.gouv.fr/search"
AGAIN_AFTER = dt.timedelta(days=90)
# Seven in a second from one address (documentation of the API).
PER_SECOND = 7


def waiting(on: dt.date) -> Iterator[str]:
    """SIRETs of real organisations and employers, never asked about or not for three months."""
    fresh = set(CompanyRecord.objects.filter(asked_on__gt=on - AGAIN_AFTER).values_list("siret", flat=True))
    held = Organisation.objects.real().exclude(siret=None).values_list("siret", flat=True)
    posting = Employer.objects.filter(is_demo=False).values_list("siret", flat=True)
    yield from sorted({str(siret) for siret in (*held, *posting)} - fresh)


def ask(caller: Caller, siret: str) -> dict[str, Any]:
    """Columns of `CompanyRecord`."""
    answer = caller.json(URL, params={"q": siret, "per_page": "1"})
    return record_of(siret, answer.get("results") or [])


def record_of(siret: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    """What an answer says of one establishment, which may be the seat or another one of the company."""
    for company in results:
        places = [company.get("siege") or {}, *(company.get("matching_etablissements") or [])]
        place = next((each for each in places if each.get("siret") == siret), None)
        if place is not None:
            return {
                "name": str(company.get("nom_complet") or company.get("nom_raison_sociale") or siret)[:300],
                "is_known": True,
                "is_open": {"A": True, "F": False}.get(str(place.get("etat_administratif"))),
                "activity": str(place.get("activite_principale") or "")[:6],
                "activity_2025": str(place.get("activite_principale_naf25") or "")[:6],
                "commune_id": str(place.get("commune") or ""),
            }
    return {"is_known": False}


def keep(siret: str, answer: dict[str, Any], on: dt.date) -> None:
    """Keep what was found, or that the register does not know the number."""
    commune = answer.get("commune_id")
    if not commune or not Commune.objects.filter(pk=commune).exists():
        answer = {**answer, "commune_id": None}
    CompanyRecord.objects.update_or_create(siret=siret, defaults={"asked_on": on, **answer})


LOOKUP: Lookup[str] = Lookup(
    slug="entreprises",
    title="Recherche d’entreprises : organisations et employeurs",
    publisher="Annuaire des entreprises",
    licence=LICENCE_OUVERTE,
    page="https://recherche-entreprises.api.gouv.fr/docs/",
    per_second=PER_SECOND,
    waiting=waiting,
    ask=ask,
    keep=keep,
    stale_after=dt.timedelta(days=7),
)

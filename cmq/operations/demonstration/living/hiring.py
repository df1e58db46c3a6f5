"""Fictional employers and their offers, in real communes: shown, waiting, reported, expired, closed; and one alert."""

import datetime as dt
from dataclasses import dataclass
from itertools import cycle

from django.utils import timezone

from cmq.alerts import actions as alerts
from cmq.alerts.models import Rhythm
from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.offers.actions import posting, upkeep
from cmq.offers.links import token_of
from cmq.offers.models import AbuseReason, ContractKind, Employer, JobOffer, OfferKind
from cmq.offers.rules import Poster, Terms
from cmq.operations.demonstration.living.touring import ISLAND, MAIN
from cmq.operations.demonstration.people import Cast
from cmq.organisations.actions import register_organisation
from cmq.organisations.models import Kind
from cmq.reference.models import Commune

DOMAIN = "demonstration.invalid"
WOOD = "Campus fictif du Bois et des Charpentes"
READER = f"lecteur@{DOMAIN}"


@dataclass(frozen=True)
class _House:
    """An employer: the campus of which it is a member, and who says that it is known."""

    name: str
    siret: str
    commune: str
    campus: str = ""
    is_known: bool = True


# No establishment has a SIREN of so many noughts.
HOUSES = {
    "dunes": _House("Résidence fictive des Dunes", "00000000100016", "62108", MAIN),
    "canche": _House("Clinique fictive de la Canche", "00000000200014", "62588", MAIN),
    "domo": _House("Domotique fictive du Nord", "00000000300012", "59350", MAIN),
    "bois": _House("Charpentes fictives de Corrèze", "00000000400010", "19275", WOOD),
    "soleil": _House("Toits fictifs du Lagon", "00000000500017", "97416", ISLAND),
    "acier": _House("Chaudronnerie fictive du Détroit", "00000000600015", "62193"),
    "table": _House("Auberge fictive des Deux-Rives", "00000000700013", "80001"),
    "soin": _House("Aide à domicile fictive des Weppes", "00000000800011", "59512", MAIN, is_known=False),
    "quai": _House("Entrepôts fictifs du Port", "00000000900019", "59183", is_known=False),
}
# House, title, job, kind and contract, commune, posted so many days ago, shown so many days.
_J, _A, _S = OfferKind.JOB, OfferKind.APPRENTICESHIP, OfferKind.INTERNSHIP
_CDI, _CDD, _MIS = ContractKind.PERMANENT, ContractKind.FIXED_TERM, ContractKind.TEMPORARY
_APP, _PRO, _STA = ContractKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION, ContractKind.INTERNSHIP
_Line = tuple[str, str, str, OfferKind, ContractKind, str, int, int]
OFFERS: tuple[_Line, ...] = (
    ("dunes", "Aide-soignant de nuit (H/F)", "J1501", _J, _CDI, "62108", 2, 60),
    ("dunes", "Aide-soignante en remplacement (H/F)", "J1501", _J, _CDD, "62826", 5, 60),
    ("dunes", "Apprenti aide-soignant (H/F)", "J1501", _A, _APP, "62108", 9, 90),
    ("dunes", "Infirmier coordinateur (H/F)", "J1506", _J, _CDI, "62108", 12, 90),
    ("dunes", "Stage : accompagner les repas", "K1302", _S, _STA, "62108", 1, 30),
    ("dunes", "Commis de cuisine, textures adaptées (H/F)", "G1602", _A, _APP, "62108", 20, 90),
    ("canche", "Infirmière en chirurgie (H/F)", "J1506", _J, _CDI, "62588", 3, 60),
    ("canche", "Aide-soignant en gériatrie (H/F)", "J1501", _J, _CDI, "62588", 6, 60),
    ("canche", "Ambulancier (H/F)", "J1305", _J, _CDD, "62588", 15, 60),
    ("canche", "Préparatrice en pharmacie, contrat pro (H/F)", "J1307", _A, _PRO, "62588", 8, 90),
    ("canche", "Secrétaire d’accueil (H/F)", "M1607", _J, _CDD, "62041", 10, 60),
    ("canche", "Stage : découvrir le bloc opératoire", "J1506", _S, _STA, "62588", 4, 30),
    ("domo", "Électricien domotique (H/F)", "F1602", _J, _CDI, "59350", 2, 60),
    ("domo", "Apprentie électricienne (H/F)", "F1602", _A, _APP, "59606", 11, 90),
    ("domo", "Développeur de capteurs (H/F)", "M1805", _J, _CDI, "59350", 18, 60),
    ("domo", "Formatrice aux aides techniques (H/F)", "K2111", _J, _CDD, "59350", 7, 60),
    ("domo", "Comptable en alternance (H/F)", "M1203", _A, _PRO, "59350", 25, 90),
    ("bois", "Charpentier (H/F)", "F1503", _J, _CDI, "19275", 3, 60),
    ("bois", "Apprenti charpentier (H/F)", "F1503", _A, _APP, "19275", 14, 90),
    ("bois", "Monteuse de structures bois (H/F)", "F1501", _J, _CDI, "87085", 6, 60),
    ("bois", "Conducteur de machines à bois (H/F)", "H2202", _J, _MIS, "19031", 1, 30),
    ("bois", "Menuisière (H/F)", "H2206", _J, _CDD, "24322", 16, 60),
    ("bois", "Stage en atelier de menuiserie", "H2206", _S, _STA, "19272", 2, 30),
    ("soleil", "Plombier chauffe-eau solaires (H/F)", "F1603", _J, _CDI, "97416", 5, 60),
    ("soleil", "Apprenti électricien, toits solaires (H/F)", "F1602", _A, _APP, "97411", 9, 90),
    ("soleil", "Frigoriste (H/F)", "I1306", _J, _CDI, "97415", 13, 60),
    ("acier", "Soudeur (H/F)", "H2913", _J, _CDI, "62193", 1, 60),
    ("acier", "Chaudronnier (H/F)", "H2902", _J, _CDI, "62160", 4, 60),
    ("acier", "Apprentie soudeuse (H/F)", "H2913", _A, _APP, "62193", 17, 90),
    ("acier", "Technicienne de maintenance (H/F)", "I1304", _J, _CDI, "59183", 8, 60),
    ("acier", "Peintre industriel, intérim (H/F)", "H3404", _J, _MIS, "62193", 3, 30),
    ("table", "Serveuse (H/F)", "G1803", _J, _CDD, "80001", 2, 30),
    ("table", "Commis de cuisine (H/F)", "G1602", _J, _CDI, "80021", 6, 60),
    ("table", "Apprenti serveur (H/F)", "G1803", _A, _APP, "80001", 19, 90),
    ("table", "Stage en cuisine", "G1602", _S, _STA, "60057", 5, 30),
    # Expired, closed by the employer, reported.
    ("table", "Extra pour les fêtes de l’été dernier (H/F)", "G1803", _J, _CDD, "80001", 45, 30),
    ("acier", "Ajusteur-monteur (H/F)", "H2901", _J, _CDI, "62193", 30, 60),
    ("domo", "Vendeuse de domotique payée après un virement (H/F)", "D1106", _J, _CDI, "59350", 9, 60),
    # Nobody has vouched yet: by the director of a campus, by a keeper.
    ("soin", "Assistante de vie (H/F)", "K1302", _J, _CDI, "59512", 1, 60),
    ("quai", "Préparateur de commandes (H/F)", "N1103", _J, _CDD, "59183", 2, 60),
)
_TEXTS = (
    "Une équipe inventée cherche une personne qui aime ce métier et le travail à plusieurs.",
    "Poste inventé de toutes pièces, dans un établissement qui n’existe pas, pour montrer à quoi ressemble une offre.",
    "Formation assurée sur place par des collègues fictifs ; horaires réguliers, transports imaginaires à proximité.",
)
_SALARIES = ("Selon la grille (fictif)", "1 950 € brut par mois (fictif)", "")


def build(cast: Cast, origin: Origin, *, on: dt.date) -> None:
    """Some forty offers of all kinds, as their employers posted them day after day; then what became of a few.

    Nothing where the jobs of the ROME are not loaded: an offer names one.
    """
    jobs = {each[2] for each in OFFERS}
    if Occupation.objects.filter(code__in=jobs).count() < len(jobs):
        return
    now = timezone.make_aware(dt.datetime.combine(on, dt.time(7)))
    for house in HOUSES.values():
        _enter(house, origin)
    texts, salaries = cycle(_TEXTS), cycle(_SALARIES)
    for line in sorted(OFFERS, key=lambda each: -each[6]):
        _post(line, f"{next(texts)} {next(texts)}", next(salaries), cast, now=now)
    closed = JobOffer.objects.get(title=OFFERS[36][1], is_demo=True)
    posting.close(token_of(closed, until=now + dt.timedelta(days=1)), at=now)
    reported = JobOffer.objects.get(title=OFFERS[37][1], is_demo=True)
    upkeep.report(
        reported, reason=AbuseReason.MONEY, text="On demande un virement avant l’entretien. (Fictif.)", at=now
    )
    saved = alerts.ask(email=READER, query="metier=J1501", rhythm=Rhythm.WEEKLY, is_demo=True, at=now)
    alerts.confirm(alerts.token_of(saved), at=now)


def _enter(house: _House, origin: Origin) -> None:
    if not house.campus:
        return
    commune = Commune.objects.get(insee_code=house.commune)
    organisation = register_organisation(
        name=house.name, kind=Kind.COMPANY, siret=house.siret, commune=commune, is_demo=True
    )
    campus = Campus.objects.get(name=house.campus, is_demo=True)
    add_partner(campus, organisation, starts_on=PartialDate(2021), origin=origin)


def _post(line: _Line, text: str, salary: str, cast: Cast, *, now: dt.datetime) -> None:
    code, title, job, kind, contract, commune, ago, days = line
    house, at = HOUSES[code], now - dt.timedelta(days=ago)
    terms = Terms(
        title=title,
        text=f"Offre de démonstration. {text}",
        kind=kind,
        contract=contract,
        commune=Commune.objects.get(insee_code=commune),
        occupation=Occupation.objects.get(code=job),
        apply_url=f"https://{code}.example.org/recrutement/",
        days=days,
        duration_months={_CDD: 6, _MIS: 3, _APP: 24, _PRO: 12, _STA: 2}.get(contract),
        salary=salary,
    )
    poster = Poster(house.siret, house.name, f"recrutement@{code}.{DOMAIN}")
    offer = posting.post(poster, terms, is_demo=True, at=at)
    offer = posting.confirm(token_of(offer, until=at + dt.timedelta(days=1)), at=at)
    assert offer.employer is not None
    if house.is_known and offer.employer.vouched_at is None:
        _vouch(offer.employer, house, cast, at=at)


def _vouch(employer: Employer, house: _House, cast: Cast, *, at: dt.datetime) -> None:
    if house.campus == MAIN:
        campus = Campus.objects.get(name=house.campus, is_demo=True)
        posting.vouch(employer, by=cast["directrice"], campus=campus, at=at)
    elif house.campus:
        posting.vouch(employer, by=None, campus=Campus.objects.get(name=house.campus, is_demo=True), at=at)
    else:
        posting.vouch(employer, by=cast.keeper, at=at)

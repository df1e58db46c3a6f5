"""The register part of the demonstration, and the whole of it in order."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from cmq.accounts.actions import accept_terms
from cmq.accounts.models import User
from cmq.campuses import actions as campuses
from cmq.campuses.models import (
    AreaKind,
    Campus,
    CampusField,
    CampusRole,
    Category,
    LinkKind,
    NameKind,
    PartnerRole,
)
from cmq.core.days import months_after, years_after
from cmq.core.feed import change_set
from cmq.core.models import Reliability, Source
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.operations.demonstration.living import (
    hiring,
    jobs,
    letter,
    money,
    newsroom,
    partners,
    projects,
    renewal,
    searches,
    service,
    teaching,
    territory,
    touring,
    upkeep,
)
from cmq.operations.demonstration.people import ROLES, Cast, make_cast
from cmq.operations.demonstration.procedure import play
from cmq.organisations import actions as organisations
from cmq.organisations.models import Kind, Organisation, OrganisationRole
from cmq.reference.models import Academie, Commune, Departement, Region

SOURCE_TITLE = "Donnée de démonstration (fictive)"
DOMAIN = "demonstration.invalid"


@dataclass(frozen=True)
class Account:
    """A demonstration account, for the line that `cmq addresses` prints."""

    email: str
    what: str


EDITORS = {
    "redactrice": "rédactrice : articles, images, textes permanents",
    "relecteur": "rédacteur, qui relit et accepte ce que l’autre écrit",
}
ACCOUNTS = (
    Account(f"gardien@{DOMAIN}", "gardien du registre"),
    Account(f"directrice@{DOMAIN}", "directrice du Campus du Bien-vieillir (fictif) et des campus en campagne"),
    Account(f"contributeur@{DOMAIN}", "contributeur des mêmes campus"),
    Account(f"referente@{DOMAIN}", "référente du Lycée fictif des Dunes"),
    *(Account(f"{name}@{DOMAIN}", what) for name, what in ROLES.items()),
    *(Account(f"{name}@{DOMAIN}", what) for name, what in EDITORS.items()),
)


def password_file() -> Path:
    """Where this installation's demonstration password is kept."""
    return Path(settings.VAR_DIR) / "demo-password"


def is_present() -> bool:
    """Whether the demonstration is in the database."""
    return Campus.objects.filter(is_demo=True).exists()


def build(*, on: dt.date | None = None, progress: Callable[[str], None] = lambda line: None) -> bool:
    """Build the demonstration around the day `on` (today when not said); False when it stands already."""
    if is_present():
        return False
    day = on or timezone.localdate()
    origin = Origin(
        sources=(Source.objects.get_or_create(title=SOURCE_TITLE, url="")[0],),
        observed_on=PartialDate.of(day),
        reliability=Reliability.HIGH,
    )
    with change_set():
        progress("Démonstration : organisations et campus fictifs…")
        lycee, dunes = _ageing_well(origin, day)
        _wood(origin, day)
        _kitchens(origin, day)
        _vines(origin, day)
        _looms(origin, day)
        _project(origin, day)
        progress("Démonstration : comptes…")
        cast = _accounts(lycee, dunes, day)
        play(cast, origin, on=day, progress=progress)
        progress("Démonstration : campus vivants…")
        partners.build(cast, origin, on=day)
        teaching.build(cast, origin, on=day)
        money.build(cast, on=day)
        projects.build(cast, on=day)
        touring.build(cast, on=day)
        jobs.build(cast)
        hiring.build(cast, origin, on=day)
        searches.build(on=day)
        newsroom.build(cast, on=day)
        upkeep.build(cast, origin, on=day)
        letter.build(cast, on=day)
        # Last: a report gathers what all the rooms hold.
        money.reports(cast, on=day)
        renewal.build(cast, on=day)
        territory.build(origin, year=day.year)
        service.build(on=day)
        campuses.report_error(
            dunes,
            message="Le site web indiqué ne répond pas depuis une semaine. (Signalement fictif.)",
            reply_to=f"famille@{DOMAIN}",
            site_url=settings.SITE_URL,
        )
    return True


def _enter(name: str, region: str, filiere: str, origin: Origin) -> Campus:
    campus = campuses.enter_campus(
        name=name,
        region=Region.objects.get(code=region),
        origin=origin,
        reliability=Reliability.HIGH,
        is_demo=True,
    )
    campuses.state_fact(campus, field=CampusField.FILIERE, value=filiere, origin=origin)
    return campus


def _member(name: str, kind: Kind, commune: str) -> Organisation:
    return organisations.register_organisation(
        name=name, kind=kind, commune=Commune.objects.get(insee_code=commune), is_demo=True
    )


def _terms(starts: dt.date, years: int, category: Category, act: str) -> Terms:
    return Terms(
        category=category,
        duration_years=years,
        act=f"{act} (fictif)",
        signed_on=PartialDate.of(starts - dt.timedelta(days=60)),
        published_on=PartialDate.of(starts - dt.timedelta(days=45)),
        notified_on=PartialDate.of(starts - dt.timedelta(days=30)),
        starts_on=PartialDate.of(starts),
        ends_on=PartialDate.of(years_after(starts, years) - dt.timedelta(days=1)),
    )


def _award(campus: Campus, kind: DecisionKind, starts: dt.date, terms: Terms, origin: Origin) -> None:
    record_decision(campus=campus, kind=kind, decided_on=PartialDate.of(starts), terms=terms, origin=origin)


def _ageing_well(origin: Origin, day: dt.date) -> tuple[Organisation, Campus]:
    """A campus of excellence whose label runs, with every kind of fact and member."""
    campus = _enter("Campus fictif des Métiers du Bien-vieillir", "32", "Services à la personne, bien-être", origin)
    for field, value in (
        (CampusField.ACRONYM, "CFMB"),
        (CampusField.LEGAL_FORM, "Réseau par convention (fictif)"),
        (CampusField.WEBSITE, "https://campus.example.org/"),
        (CampusField.PURPOSE, "Former aux métiers de l’aide à domicile, du soin et de la domotique. Campus inventé."),
        (CampusField.TRAINING, "Module de domotique pour les auxiliaires de vie (fictif)."),
        (CampusField.AUDIENCE, "Lycéens, apprentis, stagiaires d’IFAS (fictif)."),
    ):
        campuses.state_fact(campus, field=field, value=value, origin=origin)
    other = Origin(origin.sources, PartialDate(2019), Reliability.LOW)
    campuses.state_fact(campus, field=CampusField.ACRONYM, value="CMBV", origin=other)
    campuses.add_name(campus, name="Campus fictif de la Longévité", kind=NameKind.FORMER, origin=origin)
    campuses.add_area(campus, kind=AreaKind.ACADEMIE, place=Academie.objects.get(name="Lille"), origin=origin)
    campuses.add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="62108"), origin=origin)
    for code in ("59", "62"):
        campuses.add_area(campus, kind=AreaKind.TERRITORY, place=Departement.objects.get(code=code), origin=origin)
    lycee = _member("Lycée fictif des Dunes", Kind.LYCEE, "62108")
    members = (
        (lycee, PartnerRole.HOST),
        (_member("Université fictive du Littoral rêvé", Kind.UNIVERSITY, "62193"), PartnerRole.FOUNDING),
        (_member("IFAS fictif de la Canche", Kind.IFAS_IFSI, "62588"), PartnerRole.FOUNDING),
        (_member("Domotique et Compagnie (fictive)", Kind.COMPANY, "59350"), PartnerRole.ASSOCIATED),
        (_member("Communauté fictive des Deux-Rives", Kind.LOCAL_AUTHORITY, "62826"), PartnerRole.ASSOCIATED),
    )
    for organisation, role in members:
        campuses.add_partner(campus, organisation, role=role, starts_on=PartialDate(2017), origin=origin)
    left = _member("Association fictive des Anciens", Kind.ASSOCIATION, "62041")
    campuses.add_partner(campus, left, starts_on=PartialDate(2017), ends_on=PartialDate(day.year - 2), origin=origin)
    first, second = years_after(day, -9), years_after(day, -5)
    raised = years_after(day, -1)
    _award(campus, DecisionKind.AWARDED, first, _terms(first, 4, Category.CMQ, "Arrêté n° 1"), origin)
    _award(campus, DecisionKind.RENEWED, second, _terms(second, 5, Category.CMQ, "Arrêté n° 2"), origin)
    renamed = Terms(act="Arrêté n° 3 (fictif)")
    _award(campus, DecisionKind.RENAMED, years_after(day, -3), renamed, origin)
    _award(campus, DecisionKind.PERIMETER, years_after(day, -2), renamed, origin)
    _award(campus, DecisionKind.RAISED, raised, _terms(raised, 5, Category.EXCELLENCE, "Arrêté n° 4"), origin)
    return lycee, campus


def _wood(origin: Origin, day: dt.date) -> None:
    """A label that ends within the year: a renewal to ask for."""
    campus = _enter("Campus fictif du Bois et des Charpentes", "75", "Matériaux, matériaux innovants", origin)
    campuses.add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="19275"), origin=origin)
    starts = months_after(years_after(day, -5), 8)
    _award(campus, DecisionKind.AWARDED, starts, _terms(starts, 5, Category.CMQ, "Arrêté n° 5"), origin)


def _kitchens(origin: Origin, day: dt.date) -> None:
    """Two campuses merged into one; the label of the first has ended."""
    old = _enter("Campus fictif des Cuisines de Bretagne", "53", "Tourisme, gastronomie", origin)
    new = _enter("Campus fictif des Tables de l’Ouest", "53", "Tourisme, gastronomie", origin)
    campuses.add_area(old, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="29232"), origin=origin)
    campuses.add_area(new, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="35238"), origin=origin)
    starts, merged = years_after(day, -8), years_after(day, -4)
    _award(old, DecisionKind.AWARDED, starts, _terms(starts, 5, Category.CMQ, "Arrêté n° 6"), origin)
    _award(old, DecisionKind.MERGED, merged, Terms(act="Arrêté n° 7 (fictif)"), origin)
    _award(old, DecisionKind.ENDED, merged, Terms(act="Arrêté n° 7 (fictif)"), origin)
    _award(new, DecisionKind.AWARDED, merged, _terms(merged, 5, Category.CMQ, "Arrêté n° 7"), origin)
    campuses.link_campuses(old, new, kind=LinkKind.MERGED_INTO, origin=origin)


def _vines(origin: Origin, day: dt.date) -> None:
    """A label prolonged by a year, then suspended until further notice."""
    campus = _enter("Campus fictif de la Vigne et du Chai", "76", "Alimentaire, agroalimentaire", origin)
    campuses.add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="34032"), origin=origin)
    starts = years_after(day, -3)
    _award(campus, DecisionKind.AWARDED, starts, _terms(starts, 4, Category.CMQ, "Arrêté n° 8"), origin)
    extended = Terms(duration_years=1, act="Arrêté n° 9 (fictif)")
    _award(campus, DecisionKind.EXTENDED, years_after(day, -1), extended, origin)
    suspended = Terms(act="Arrêté n° 10 (fictif)")
    _award(campus, DecisionKind.SUSPENDED, months_after(day, -2), suspended, origin)


def _looms(origin: Origin, day: dt.date) -> None:
    """A label that ended at its term, its renewal refused."""
    campus = _enter("Campus fictif des Métiers à tisser", "84", "Création, design, audiovisuel", origin)
    campuses.add_area(campus, kind=AreaKind.SEAT, place=Commune.objects.get(insee_code="42187"), origin=origin)
    starts = months_after(day, -40)
    _award(campus, DecisionKind.AWARDED, starts, _terms(starts, 3, Category.CMQ, "Arrêté n° 11"), origin)
    refused = Terms(act="Arrêté n° 12 (fictif)")
    _award(campus, DecisionKind.NOT_RENEWED, months_after(day, -6), refused, origin)


def _project(origin: Origin, day: dt.date) -> None:
    """A campus that is only a project yet."""
    campus = _enter("Campus fictif des Énergies de l’Océan", "04", "Transition énergétique, éco-industrie", origin)
    campuses.add_area(campus, kind=AreaKind.PLACE, place=Commune.objects.get(insee_code="97416"), origin=origin)
    _award(campus, DecisionKind.PROJECT, day - dt.timedelta(days=90), Terms(), origin)


def _accounts(lycee: Organisation, campus: Campus, day: dt.date) -> Cast:
    # They share one password, told to everyone: hashed once, for the hash is slow on purpose.
    password = make_password(_password())
    known = {account.email.partition("@")[0]: account for account in ACCOUNTS}
    keeper, director, contributor, contact = (_person(account, password) for account in ACCOUNTS[:4])
    body = organisations.name_keeping_body("Tenue du registre (démonstration)", is_demo=True)
    editors = {name: _person(known[name], password) for name in EDITORS}
    for organisation, role, person in (
        (body, OrganisationRole.KEEPER, keeper),
        (lycee, OrganisationRole.CONTACT, contact),
        *((body, OrganisationRole.EDITOR, person) for person in editors.values()),
    ):
        token = organisations.invite(organisation, email=person.email, role=role, by=None)
        campuses.accept_invitation(token, person=person)
    for campus_role, person in ((CampusRole.DIRECTOR, director), (CampusRole.CONTRIBUTOR, contributor)):
        token = campuses.invite(campus, email=person.email, role=campus_role, by=keeper)
        campuses.accept_invitation(token, person=person)
    campuses.invite(campus, email=f"invitee@{DOMAIN}", role=CampusRole.CONTRIBUTOR, by=director)
    cast = make_cast(keeper, lambda name: _person(known[name], password), on=years_after(day, -2))
    cast.people |= {"directrice": director, "contributeur": contributor, **editors}
    return cast


def _person(account: Account, password: str) -> User:
    """The account, whose password is given hashed."""
    name = account.email.partition("@")[0].capitalize()
    person = User.objects.create(email=account.email, password=password, name=f"{name} (démonstration)", is_demo=True)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    accept_terms(person, version=settings.TERMS_VERSION)
    return person


def _password() -> str:
    """This installation's own: a demonstration left open to the network has no password that the world knows."""
    path = password_file()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_hex(6)}")
    return path.read_text().strip()

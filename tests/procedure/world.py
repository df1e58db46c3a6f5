"""A whole world for the procedure: a campaign, a campus with its people, its territory, the authorities."""

import datetime as dt
from dataclasses import dataclass, field

from django.core.files.base import ContentFile

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions import attachments, submission, writing
from cmq.applications.models import ApplicationKind, LabelApplication
from cmq.campaigns import actions as campaigns
from cmq.campaigns.models import PHASE_ENDS, Campaign, College, Side, Specification
from cmq.campaigns.texts import load_texts
from cmq.campuses.models import Campus, CampusMembership, CampusRole, Category
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.organisations.models import Kind, Organisation, OrganisationMembership, OrganisationRole
from tests.factories import LONG_AGO, a_campus, a_person, an_organisation

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
START = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
MONTH = dt.timedelta(days=30)


def in_body(body: Organisation, role: OrganisationRole, **fields: object) -> User:
    """A person with a role in a body since long ago."""
    person = a_person(**fields)
    OrganisationMembership.objects.create(
        organisation=body,
        role=role,
        person=person,
        invited_email=person.email,
        invited_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        starts_on=LONG_AGO,
    )
    return person


def in_campus(campus: Campus, role: CampusRole) -> User:
    """A person with a role in a campus since long ago."""
    person = a_person()
    CampusMembership.objects.create(
        campus=campus,
        role=role,
        person=person,
        invited_email=person.email,
        invited_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        starts_on=LONG_AGO,
    )
    return person


def a_calendar(start: dt.datetime = START) -> dict[str, dt.datetime | None]:
    """Phases of a month each, from a month before `start` (the submission phase runs at `start`)."""
    return {column: start + MONTH * (number or -1) for number, column in enumerate(PHASE_ENDS.values())}


def a_college(version: str = "essai", seats: int = 2) -> College:
    """A small college in parity: two economic authorities, one of the State, one of the regions."""
    college = College.objects.create(title="Collège d’essai", version=version, parity="moitie", quorum_percent=50)
    for name, side in (
        ("Fédération d’essai", Side.ECONOMIC),
        ("Chambre d’essai", Side.ECONOMIC),
        ("Direction d’essai", Side.STATE),
        ("Régions d’essai", Side.LOCAL),
    ):
        campaigns.add_authority(college, name=name, side=side, seats=seats // 2 or 1, by=None)
    return college


@dataclass
class World:
    """Who and what a file meets on its way."""

    campaign: Campaign
    campus: Campus
    director: User
    contributor: User
    rectorate: Organisation
    council: Organisation
    recteur: User
    president: User
    instructor: User
    secretariat: Organisation
    secretary: User
    observer: User
    authorities: dict[str, User] = field(default_factory=dict)
    at: dt.datetime = START


def a_world(*, start: dt.datetime = START, seats: int = 2, **campaign_fields: object) -> World:
    """An open campaign of the shipped specification, with everyone around one campus."""
    load_texts()
    college = a_college(seats=seats)
    campaign = campaigns.prepare_campaign(
        title=str(campaign_fields.pop("title", "Campagne d’essai")),
        specification=Specification.objects.get(version="2019"),
        college=college,
        ends=campaign_fields.pop("ends", a_calendar(start)),
        by=None,
        **campaign_fields,
    )
    campaigns.open_campaign(campaign, by=None, at=start)
    campaign.refresh_from_db()
    campus = a_campus(filiere="Services à la personne, bien-être")
    rectorate = an_organisation("Rectorat d’essai", kind=Kind.RECTORATE, region=campus.region)
    council = an_organisation("Conseil régional d’essai", kind=Kind.LOCAL_AUTHORITY, region=campus.region)
    secretariat = an_organisation("Secrétariat d’essai", kind=Kind.STATE_SERVICE)
    world = World(
        campaign=campaign,
        campus=campus,
        director=in_campus(campus, CampusRole.DIRECTOR),
        contributor=in_campus(campus, CampusRole.CONTRIBUTOR),
        rectorate=rectorate,
        council=council,
        recteur=in_body(rectorate, OrganisationRole.RECTEUR),
        president=in_body(council, OrganisationRole.PRESIDENT),
        instructor=in_body(rectorate, OrganisationRole.INSTRUCTOR),
        secretariat=secretariat,
        secretary=in_body(secretariat, OrganisationRole.SECRETARY),
        observer=in_body(secretariat, OrganisationRole.OBSERVER),
        at=start,
    )
    for authority in college.authorities.prefetch_related("seats"):
        for seat in authority.seats.all():
            person = in_body(secretariat, OrganisationRole.AUTHORITY)
            campaigns.seat_person(seat, person, by=None, on=LONG_AGO)
            world.authorities[f"{authority.name} {seat.number}"] = person
    return world


def label(campus: Campus, starts: dt.date, years: int = 5, category: Category = Category.CMQ) -> None:
    """A label that the campus has held from that day."""
    terms = Terms(category=category, duration_years=years, starts_on=PartialDate.of(starts))
    record_decision(kind=DecisionKind.AWARDED, decided_on=PartialDate.of(starts), campus=campus, terms=terms)


def a_draft(
    world: World, kind: ApplicationKind = ApplicationKind.FIRST, campus: Campus | None = None
) -> LabelApplication:
    """A file just opened."""
    director = world.director if campus is None else in_campus(campus, CampusRole.DIRECTOR)
    return writing.open_application(
        campus or world.campus, campaign=world.campaign, kind=kind, by=director, at=world.at
    )


def director_of(application: LabelApplication) -> User:
    """The director of its campus."""
    return CampusMembership.objects.get(campus=application.campus, role=CampusRole.DIRECTOR, ends_on=None).person


def complete(application: LabelApplication, world: World, *, category: Category = Category.CMQ) -> LabelApplication:
    """Everything that a draft lacks, written by its director."""
    director = director_of(application)
    kind = ApplicationKind(application.kind)
    application = writing.ask(
        application,
        version=application.version,
        name="Campus au nouveau nom" if kind is ApplicationKind.CHANGE else "",
        category=Category.EXCELLENCE if kind is ApplicationKind.RAISE else category if kind.gives_label else "",
        filiere=world.campus.filiere if kind.gives_label else None,
        territory="Le territoire d’essai" if kind.gives_label else "",
        duration_years=5 if kind.gives_label else None,
        absorbed=application.absorbed.all(),
        by=director,
    )
    for section in application.sections.all():
        writing.save_section(
            section, text=f"Texte {section.position}.", version=section.version, by=director, at=world.at
        )
    for number, document in enumerate(rules.expected_documents(application)):
        content = ContentFile(PDF + str(number).encode())
        attachments.attach(
            application,
            name="piece.pdf",
            content=content,
            size=content.size,
            document=document,
            by=director,
            at=world.at,
        )
    return application


def a_submitted(world: World, kind: ApplicationKind = ApplicationKind.FIRST, **fields: object) -> LabelApplication:
    """A file signed by both and handed in."""
    campus = fields.pop("campus", None)
    application = complete(a_draft(world, kind, campus), world, **fields)
    submission.send_to_signature(application, by=director_of(application), at=world.at)
    submission.sign_submission(application, by=world.recteur, at=world.at)
    return submission.sign_submission(application, by=world.president, at=world.at)

"""A whole world for the procedure: a campaign, a campus with its people, its territory, the authorities."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions import attachments, submission, writing
from cmq.applications.actions.moves import move
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.awards.actions.deciding import decide, sign
from cmq.awards.models import JointDecision, Signature
from cmq.awards.rules import DecisionTerms
from cmq.campaigns import actions as campaigns
from cmq.campaigns.models import PHASE_ENDS, Campaign, College, SeatHolder, Side, Specification
from cmq.campaigns.texts import load_texts
from cmq.campuses.models import Campus, CampusMembership, CampusRole, Category
from cmq.core.feed import change_set
from cmq.core.partial_dates import PartialDate
from cmq.deliberation.actions import meetings
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.voting import conclude, take_position
from cmq.deliberation.models import AgendaItem, LabelMeasure, Meeting
from cmq.expertise.models import Advice
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


def before_the_college(application: LabelApplication, world: World) -> LabelApplication:
    """Moved on to the college, as instruction and expertise would."""
    with change_set():
        for state in (ApplicationState.ADMISSIBLE, ApplicationState.EXPERTISE, ApplicationState.COLLEGE):
            application = move(application, state, by=None, at=world.at)
    return application


def a_meeting(world: World, subjects: Sequence[LabelApplication | LabelMeasure]) -> Meeting:
    """An open meeting with these points, everybody in their seat."""
    meeting = meetings.prepare_meeting(world.campaign, title="Séance d’essai", held_at=world.at, by=world.secretary)
    for subject in subjects:
        add_item(meeting, subject, by=world.secretary)
    meeting = meetings.open_meeting(meeting, by=world.secretary, at=world.at)
    for holder in SeatHolder.objects.filter(seat__authority__college=world.campaign.college):
        meetings.attend(meeting, holder, by=world.secretary, at=world.at)
    return meeting


def voted(
    world: World, application: LabelApplication | LabelMeasure, advice: Advice = Advice.AWARD, years: int | None = None
) -> AgendaItem:
    """A point on which every seat has voted alike, the vote closed."""
    item = a_meeting(world, [application]).items.get()
    for person in world.authorities.values():
        reasons = "" if advice is Advice.AWARD else "Motif."
        take_position(item, advice=advice, years=years, reasons=reasons, by=person, at=world.at)
    conclude(item, by=world.secretary, at=world.at)
    item.refresh_from_db()
    return item


def some_terms(application: LabelApplication | None = None, **fields: Any) -> DecisionTerms:
    """Terms that fit a file that asks for five years."""
    asked = {}
    if application is not None:
        asked = {"category": application.category or "cmq", "filiere": application.filiere, "territory": "Essai"}
    given = {"duration_years": 5, "starts_on": START.date(), "reasons": "Motifs.", "remedies": "Recours.", **asked}
    return DecisionTerms(**{**given, **fields})


def decided(world: World, application: LabelApplication, **fields: Any) -> JointDecision:
    """A granted decision, to be signed."""
    item = voted(world, before_the_college(application, world))
    return decide(item, some_terms(application, **fields), by=world.secretary, at=world.at)


def signers_of(decision: JointDecision) -> list[tuple[Signature, User]]:
    """Each signature with somebody who may give it."""
    return [
        (signature, SeatHolder.objects.filter(seat__authority=signature.authority_id)[0].person)
        for signature in decision.signatures.select_related("authority")
    ]


def signed(decision: JointDecision, world: World, *, but: int = 0) -> JointDecision:
    """Signed by every authority, the last `but` excepted."""
    pairs = signers_of(decision)
    for signature, person in pairs[: len(pairs) - but]:
        sign(signature, by=person, at=world.at)
    decision.refresh_from_db()
    return decision

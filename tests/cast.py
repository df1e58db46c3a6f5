"""Everyone of the rights table as a real person, made by invitations and acceptances like any other."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.attachments import attach
from cmq.applications.actions.writing import comment, open_application
from cmq.applications.models import ApplicationKind, ApplicationState, Attachment, Comment, LabelApplication
from cmq.awards.models import JointDecision, Signature
from cmq.campaigns.actions import copy_college, open_campaign, prepare_campaign, seat_person
from cmq.campaigns.models import College, Seat, Side, Specification
from cmq.campaigns.texts import load_texts
from cmq.campuses import actions as campus_actions
from cmq.campuses.models import Campus, CampusFact, CampusMembership, CampusRole, ErrorReport, PartnerRole, Partnership
from cmq.core.partial_dates import PartialDate
from cmq.core.rights import Role
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.meetings import attend, open_meeting, prepare_meeting
from cmq.deliberation.models import AgendaItem, LabelMeasure, MeasureKind, MeasureState, Meeting, Outcome
from cmq.expertise.actions.assigning import assign
from cmq.expertise.actions.experts import Profile, name_expert, recuse
from cmq.expertise.models import Assignment, Expert
from cmq.instruction.models import OpinionRequest
from cmq.labels.actions import record_decision
from cmq.labels.models import DecisionKind, LabelDecision
from cmq.organisations import actions as organisation_actions
from cmq.organisations.models import Kind, Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Region
from tests.factories import a_campus, a_person, an_organisation

PDF = b"%PDF-1.7\n%%EOF\n"
PASSWORD = "mot de passe de test"


@dataclass
class Stage:
    """One campus and all that hangs on it, and who plays which role towards it."""

    campus: Campus
    organisation: Organisation
    body: Organisation
    people: dict[Role, User] = field(default_factory=dict)
    invitation: str = ""
    fact: CampusFact | None = None
    member: Partnership | None = None
    report: ErrorReport | None = None
    decision: LabelDecision | None = None
    unmatched: LabelDecision | None = None
    pending: CampusMembership | None = None
    contact: OrganisationMembership | None = None
    draft: LabelApplication | None = None
    application: LabelApplication | None = None
    opinion: OpinionRequest | None = None
    expert: Expert | None = None
    assignment: Assignment | None = None
    tabled: LabelApplication | None = None
    measure: LabelMeasure | None = None
    meeting: Meeting | None = None
    item: AgendaItem | None = None
    decision_to_sign: JointDecision | None = None
    signature: Signature | None = None
    comment: Comment | None = None
    attachment: Attachment | None = None

    def person(self, role: Role) -> Any:
        """Who plays this role, a visitor being nobody."""
        return AnonymousUser() if role is Role.VISITOR else self.people[role]

    def about(self, kind: str) -> tuple[Any, ...]:
        """What a rule takes after the person."""
        return (getattr(self, kind),) if kind else ()


def a_stage() -> Stage:
    """A campus with everyone around it."""
    campus, other = a_campus(), a_campus()
    organisation, elsewhere = an_organisation(), an_organisation()
    body = an_organisation("Tenue du registre", keeps_register=True)
    stage = Stage(campus, organisation, body)
    stage.people = {
        Role.PERSON: a_person(),
        Role.DISABLED: _closed(_in_campus(campus, CampusRole.DIRECTOR)),
        Role.OTHER_MEMBER: _in_organisation(elsewhere, OrganisationRole.CONTACT),
        Role.MEMBER: _in_organisation(organisation, OrganisationRole.CONTACT),
        Role.OTHER_CONTRIBUTOR: _in_campus(other, CampusRole.CONTRIBUTOR),
        Role.OTHER_DIRECTOR: _in_campus(other, CampusRole.DIRECTOR),
        Role.CONTRIBUTOR: _in_campus(campus, CampusRole.CONTRIBUTOR),
        Role.DIRECTOR: _in_campus(campus, CampusRole.DIRECTOR),
        Role.KEEPER: _in_organisation(body, OrganisationRole.KEEPER),
        Role.EDITOR: _in_organisation(body, OrganisationRole.EDITOR),
        Role.TECHNICIAN: a_person(is_superuser=True, is_staff=True),
    }
    stage.people.update(_people_of_the_procedure(campus))
    stage.people[Role.FORMER_DIRECTOR] = _former_director(campus, stage.people[Role.KEEPER])
    stage.people[Role.FORMER_KEEPER] = _former_keeper(body, stage.people[Role.KEEPER])
    stage.people[Role.INVITED] = _invited(stage)
    _furnish(stage)
    return stage


def _people_of_the_procedure(campus: Campus) -> dict[Role, User]:
    """Who asks, examines and decides for the campus's region, and their like elsewhere."""
    rectorate, council, consulted = (
        an_organisation(name, kind=kind, region=campus.region)
        for name, kind in (
            ("Rectorat", Kind.RECTORATE),
            ("Conseil régional", Kind.LOCAL_AUTHORITY),
            ("Instance consultée", Kind.OTHER),
        )
    )
    elsewhere = an_organisation("Autre rectorat", region=Region.objects.exclude(pk=campus.region_id)[0])
    secretariat = an_organisation("Secrétariat des autorités")
    return {
        Role.OTHER_INSTRUCTOR: _in_organisation(elsewhere, OrganisationRole.INSTRUCTOR),
        Role.INSTRUCTOR: _in_organisation(rectorate, OrganisationRole.INSTRUCTOR),
        Role.DELEGATE: _in_organisation(rectorate, OrganisationRole.DELEGATE),
        Role.RECTEUR: _in_organisation(rectorate, OrganisationRole.RECTEUR),
        Role.PRESIDENT: _in_organisation(council, OrganisationRole.PRESIDENT),
        Role.OPINION: _in_organisation(consulted, OrganisationRole.OPINION),
        Role.UNASSIGNED_EXPERT: _in_organisation(secretariat, OrganisationRole.EXPERT),
        Role.RECUSED_EXPERT: _in_organisation(secretariat, OrganisationRole.EXPERT),
        Role.EXPERT: _in_organisation(secretariat, OrganisationRole.EXPERT),
        Role.OTHER_AUTHORITY: _in_organisation(secretariat, OrganisationRole.AUTHORITY),
        Role.AUTHORITY: _in_organisation(secretariat, OrganisationRole.AUTHORITY),
        Role.OBSERVER: _in_organisation(secretariat, OrganisationRole.OBSERVER),
        Role.SECRETARY: _in_organisation(secretariat, OrganisationRole.SECRETARY),
    }


def _accept(token: str, email: str) -> User:
    return campus_actions.accept_as_new_person(token, name=f"Personne {email}", password=PASSWORD)


def _address() -> str:
    return f"p{User.objects.count()}@exemple.fr"


def _in_campus(campus: Campus, role: CampusRole) -> User:
    email = _address()
    return _accept(campus_actions.invite(campus, email=email, role=role, by=None), email)


def _in_organisation(organisation: Organisation, role: OrganisationRole) -> User:
    email = _address()
    return _accept(organisation_actions.invite(organisation, email=email, role=role, by=None), email)


def _closed(person: User) -> User:
    person.is_active = False
    person.save()
    return person


def _former_director(campus: Campus, keeper: User) -> User:
    person = _in_campus(campus, CampusRole.DIRECTOR)
    campus_actions.end_role(campus.memberships.get(person=person), by=keeper)
    return person


def _former_keeper(body: Organisation, keeper: User) -> User:
    person = _in_organisation(body, OrganisationRole.KEEPER)
    organisation_actions.end_role(body.memberships.get(person=person), by=keeper)
    return person


def _invited(stage: Stage) -> User:
    """Has an account, and an open invitation as director of the campus and keeper of the register."""
    person = a_person()
    director, keeper = CampusRole.DIRECTOR, OrganisationRole.KEEPER
    stage.invitation = campus_actions.invite(stage.campus, email=person.email, role=director, by=None)
    organisation_actions.invite(stage.body, email=person.email, role=keeper, by=None)
    organisation_actions.invite(stage.organisation, email=person.email, role=OrganisationRole.CONTACT, by=None)
    return person


def _furnish(stage: Stage) -> None:
    """One of everything that a page of the workspace may be about."""
    campus = stage.campus
    stage.fact = campus.facts.get()
    stage.member = campus_actions.add_partner(campus, stage.organisation, role=PartnerRole.ASSOCIATED)
    stage.report = campus_actions.report_error(campus, message="Ce nom est faux.", site_url="http://testserver")
    day = PartialDate(2022, 4, 15)
    stage.decision = record_decision(kind=DecisionKind.AWARDED, decided_on=day, campus=campus)
    region = Region.objects.get(code="32")
    stage.unmatched = record_decision(kind=DecisionKind.AWARDED, decided_on=day, claimed_name="Sans nom", region=region)
    stage.pending = campus.memberships.get(person=None)
    _furnish_the_procedure(stage)
    _furnish_the_expertise(stage)
    _furnish_the_college(stage)
    stage.contact = stage.organisation.memberships.get(person=stage.people[Role.MEMBER])


def _furnish_the_procedure(stage: Stage) -> None:
    """An open campaign with a file that is being written, one that is handed in, and an opinion asked on it."""
    load_texts()
    at = timezone.now()
    campaign = prepare_campaign(
        title="Campagne",
        specification=Specification.objects.get(version="2019"),
        college=College.objects.get(version="article-2024"),
        ends={"opens_at": at - dt.timedelta(days=1)},
        is_rolling=True,
        by=None,
    )
    open_campaign(campaign, by=None)
    kinds = ApplicationKind.FIRST, ApplicationKind.RENEWAL
    stage.draft, stage.application = (
        open_application(stage.campus, campaign=campaign, kind=kind, by=None, at=at) for kind in kinds
    )
    stage.application.state, stage.application.submitted_at, stage.application.digest = "depose", at, "0" * 64
    stage.application.save()
    director = stage.people[Role.DIRECTOR]
    stage.comment = comment(stage.draft.sections.all()[0], text="À préciser.", by=director)
    stage.attachment = attach(stage.draft, name="a.pdf", content=ContentFile(PDF), size=len(PDF), by=director)
    consulted = stage.people[Role.OPINION].organisationmemberships.get().organisation
    stage.opinion = OpinionRequest.objects.create(
        application=stage.application, kind="caen", body=consulted, asked_at=at, due_on=at.date()
    )


def _furnish_the_expertise(stage: Stage) -> None:
    """The file that was handed in is examined by one expert; another was recused, a third examines another file."""
    assert stage.application is not None
    secretary, due_on = stage.people[Role.SECRETARY], timezone.localdate() + dt.timedelta(days=30)
    file, other = stage.application, LabelApplication.objects.get(pk=stage.application.pk)
    file.state = ApplicationState.ADMISSIBLE
    file.save()
    other.pk, other._state.adding, other.reference, other.campus = None, True, "AUTRE", a_campus(region="53")
    other.state = ApplicationState.ADMISSIBLE
    other.save()
    experts = {
        role: name_expert(stage.people[role], Profile(Side.ECONOMIC), by=None)
        for role in (Role.EXPERT, Role.RECUSED_EXPERT, Role.UNASSIGNED_EXPERT)
    }
    stage.expert = experts[Role.EXPERT]
    assign(other, experts[Role.UNASSIGNED_EXPERT], due_on=due_on, by=secretary)
    stage.assignment = assign(file, stage.expert, due_on=due_on, by=secretary)
    recused = assign(file, experts[Role.RECUSED_EXPERT], due_on=due_on, by=secretary)
    recuse(recused, reason="Lien avec le campus.", by=secretary)
    file.refresh_from_db()


def _furnish_the_college(stage: Stage) -> None:
    """A second file and a measure are before the college, which sits; somebody else sits in another college."""
    assert stage.application is not None
    campaign, secretary, at = stage.application.campaign, stage.people[Role.SECRETARY], timezone.now()
    file = open_application(stage.campus, campaign=campaign, kind=ApplicationKind.RAISE, by=None, at=at)
    file.state, file.submitted_at, file.digest = ApplicationState.COLLEGE, at, "0" * 64
    file.save()
    stage.tabled = file
    stage.measure = LabelMeasure.objects.create(
        campaign=campaign,
        campus=stage.campus,
        kind=MeasureKind.WITHDRAWAL,
        state=MeasureState.COLLEGE,
        reasons="Engagements non tenus.",
        proposed_at=at,
        heard_until=at.date(),
    )
    other = copy_college(campaign.college, version="autre", by=None)
    seats = Seat.objects.filter(authority__college=campaign.college), Seat.objects.filter(authority__college=other)
    holder = seat_person(seats[0][0], stage.people[Role.AUTHORITY], by=None)
    seat_person(seats[1][0], stage.people[Role.OTHER_AUTHORITY], by=None)
    meeting = prepare_meeting(campaign, title="Séance", held_at=at, by=secretary)
    stage.item = add_item(meeting, file, by=secretary)
    add_item(meeting, stage.measure, by=secretary)
    stage.meeting = open_meeting(meeting, by=secretary)
    attend(stage.meeting, holder, by=holder.person)
    stage.decision_to_sign = JointDecision.objects.create(
        item=stage.item, number="DC-1", outcome=Outcome.GRANTED, name="Campus", reasons="Motifs.", decided_at=at
    )
    stage.signature = Signature.objects.create(decision=stage.decision_to_sign, authority=holder.seat.authority)

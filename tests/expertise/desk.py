"""A campaign with files in the state that a test needs, experts and a secretary."""

import datetime as dt
from itertools import count
from typing import Any

from cmq.accounts.models import User
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns.actions import open_campaign, prepare_campaign
from cmq.campaigns.models import PHASE_ENDS, Campaign, College, Side, Specification
from cmq.campaigns.texts import load_texts
from cmq.campuses.models import Campus, Category
from cmq.expertise.actions.assigning import assign
from cmq.expertise.actions.experts import Profile, name_expert
from cmq.expertise.actions.marking import hand_in, write_mark, write_requirement_mark
from cmq.expertise.models import Advice, Assignment, Expert
from cmq.expertise.rules import asks_excellence
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Filiere, Region
from tests.factories import a_campus, a_person, an_organisation

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
DUE = dt.date(2026, 12, 15)
LONG_AGO = dt.date(2020, 1, 1)
_numbers = count(1)


def a_campaign(*, college: College | None = None, **fields: Any) -> Campaign:
    """An open campaign with the shipped specification, in its expertise."""
    load_texts()
    number = next(_numbers)
    starts = [-90, -60, -45, -30, 30, 60, 90, 120]
    ends = {column: NOW + dt.timedelta(days=day) for column, day in zip(PHASE_ENDS.values(), starts, strict=True)}
    campaign = prepare_campaign(
        title=f"Campagne d’essai {number}",
        specification=Specification.objects.get(version="2019"),
        college=college or College.objects.get(version="article-2024"),
        ends=ends,
        by=None,
        **fields,
    )
    open_campaign(campaign, by=None, at=ends["opens_at"])
    campaign.refresh_from_db()
    return campaign


def with_role(role: OrganisationRole, organisation: Organisation | None = None, **fields: Any) -> User:
    """Somebody with a role in an organisation (a national one when not said)."""
    person = a_person(**fields)
    body = organisation or an_organisation("Secrétariat des autorités")
    OrganisationMembership.objects.create(
        organisation=body,
        role=role,
        person=person,
        invited_email=person.email,
        invited_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC),
        starts_on=LONG_AGO,
    )
    return person


def a_secretary() -> User:
    """The authorities’ secretary."""
    return with_role(OrganisationRole.SECRETARY)


def a_file(
    campaign: Campaign,
    *,
    state: ApplicationState = ApplicationState.ADMISSIBLE,
    campus: Campus | None = None,
    kind: ApplicationKind = ApplicationKind.FIRST,
    category: Category = Category.CMQ,
    duration_years: int | None = 5,
    **fields: Any,
) -> LabelApplication:
    """A file in this state."""
    number = next(_numbers)
    return LabelApplication.objects.create(
        reference=f"ESSAI-{number:04}",
        campaign=campaign,
        campus=campus or a_campus(),
        kind=kind,
        state=state,
        category=category,
        filiere=fields.pop("filiere", None) or Filiere.objects.order_by("pk")[0],
        territory=fields.pop("territory", "Le territoire d’essai"),
        duration_years=duration_years,
        created_at=NOW,
        submitted_at=NOW,
        digest="0" * 64,
        **fields,
    )


def an_expert(side: Side = Side.ECONOMIC, *, region: str = "", person: User | None = None, **fields: Any) -> Expert:
    """An expert of a side, with the role."""
    where = Region.objects.get(code=region) if region else None
    who = person or with_role(OrganisationRole.EXPERT)
    return name_expert(who, Profile(side, region=where, **fields), by=None)


def given(file: LabelApplication, *experts: Expert, by: User) -> list[Assignment]:
    """The file is given to these experts."""
    found = [assign(file, expert, due_on=DUE, by=by, at=NOW) for expert in experts]
    file.refresh_from_db()
    return found


def marked(assignment: Assignment, rank: int | None = 3) -> Assignment:
    """Every criterion (and requirement) gets the same answer; None abstains."""
    specification = assignment.application.campaign.specification
    person = assignment.expert.person
    level = specification.levels.get(rank=rank) if rank is not None else None
    for criterion in specification.criteria.all():
        write_mark(assignment, criterion, level=level, reason=f"Motif {criterion.number}.", by=person)
    if asks_excellence(assignment.application):
        for requirement in specification.requirements.all():
            write_requirement_mark(
                assignment, requirement, is_met=None if rank is None else rank >= 3, reason="Motif.", by=person
            )
    return assignment


def handed_in(assignment: Assignment, rank: int | None = 3, *, advice: Advice = Advice.AWARD) -> Assignment:
    """Marked and handed in."""
    marked(assignment, rank)
    return hand_in(assignment, advice=advice, comment="Ma synthèse.", by=assignment.expert.person, at=NOW)

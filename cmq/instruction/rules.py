"""Who examines a submitted file before the experts, and how long its examination has taken."""

import datetime as dt
from typing import Any

from cmq.applications.models import ApplicationState, LabelApplication
from cmq.applications.rules import academies_of
from cmq.core.rights import Role, right
from cmq.instruction.models import OpinionRequest
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import holds, roles_of

S = ApplicationState

# Where a correction can be asked, and where opinions can still serve.
CORRECTABLE = frozenset({S.SUBMITTED, S.ADMISSIBLE, S.DEFERRED})
OPINIONS_OPEN = frozenset({S.DRAFT, S.SIGNING, S.SUBMITTED, S.CORRECTION, S.ADMISSIBLE, S.EXPERTISE, S.COLLEGE})


@right(
    "instruction.rule",
    "Prononcer la recevabilité, demander une correction",
    roles=(Role.SECRETARY,),
    about="application",
)
def can_instruct(person: Any, application: LabelApplication) -> bool:
    """The authorities’ secretariat and national instructors; a territory does not judge its own file."""
    return holds(person, OrganisationRole.SECRETARY, OrganisationRole.INSTRUCTOR)


@right(
    "instruction.ask_opinion",
    "Demander un avis (CAEN, CREFOP) sur un dossier",
    roles=(Role.INSTRUCTOR, Role.SECRETARY),
    about="application",
)
def can_ask_opinion(person: Any, application: LabelApplication) -> bool:
    """Who instructs, and the instructors of the territory, where D.335-34 has the bodies consulted."""
    if can_instruct(person, application):
        return True
    region = application.campus.region_id
    if region not in [each.organisation.region_id for each in roles_of(person, OrganisationRole.INSTRUCTOR)]:
        return False
    return holds(person, OrganisationRole.INSTRUCTOR, region=region, academies=academies_of(application.campus))


def speaks_for(person: Any, request: OpinionRequest) -> bool:
    """Whether this person is the secretary of the consulted body."""
    return request.body_id in [each.organisation_id for each in roles_of(person, OrganisationRole.OPINION)]


@right(
    "instruction.enter_opinion",
    "Saisir l’avis d’une instance consultée",
    roles=(Role.INSTRUCTOR, Role.OPINION, Role.SECRETARY),
    about="opinion",
)
def can_enter_opinion(person: Any, request: OpinionRequest) -> bool:
    """The body itself, and who asked for it, on the strength of its minutes."""
    return speaks_for(person, request) or can_ask_opinion(person, request.application)


def enterable_by(person: Any, application: LabelApplication) -> set[int]:
    """The keys of the opinions on a file that this person may enter: `can_enter_opinion` of all, asked once."""
    awaited = [each for each in application.opinions.all() if not each.opinion]
    if not can_ask_opinion(person, application):
        bodies = {each.organisation_id for each in roles_of(person, OrganisationRole.OPINION)}
        awaited = [each for each in awaited if each.body_id in bodies]
    return {each.pk for each in awaited}


@right(
    "instruction.read_asked",
    "Lire un dossier sur lequel son instance est consultée",
    roles=(Role.OPINION,),
    about="opinion",
)
def can_read_as_consulted(person: Any, request: OpinionRequest) -> bool:
    """The secretary of the consulted body."""
    return speaks_for(person, request)


def is_consulted(person: Any, application: LabelApplication) -> bool:
    """Whether this person’s body is consulted on a file."""
    bodies = [each.organisation_id for each in roles_of(person, OrganisationRole.OPINION)]
    return bool(bodies) and application.opinions.filter(body__in=bodies).exists()


def instruction_time(application: LabelApplication, *, at: dt.datetime) -> dt.timedelta:
    """How long the authorities have had a file, up to `at` or its end; corrections stop the clock."""
    spent, since = dt.timedelta(), None
    for move in application.moves.all():
        state = S(move.to_state)
        counts = state.is_submitted and state is not S.CORRECTION and not state.is_final and state is not S.DEFERRED
        if since is not None:
            spent += move.at - since
        since = move.at if counts else None
    return spent + (at - since) if since is not None else spent

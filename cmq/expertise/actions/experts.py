"""Who the experts are, and what keeps them from a file."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.models import Side
from cmq.campuses.models import Campus
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.expertise import rules
from cmq.expertise.conflicts import Conflict, ConflictTable, matter_of, party_of
from cmq.expertise.models import Assignment, AssignmentState, DeclaredConflict, Expert
from cmq.organisations.models import Organisation, OrganisationRole
from cmq.organisations.rules import holds
from cmq.reference.models import Filiere, Region

# What an expert said of a file still weighs on what becomes of it.
_UNDECIDED = (ApplicationState.EXPERTISE, ApplicationState.COLLEGE)


@dataclass(frozen=True)
class Profile:
    """What is known of an expert; conflicts, parity and load follow from it."""

    side: Side
    employer: Organisation | None = None
    region: Region | None = None
    filieres: tuple[Filiere, ...] = ()
    most_files: int = 5
    is_available: bool = True


@action
def name_expert(person: User, profile: Profile, *, by: User | None) -> Expert:
    """Make an expert of a person who holds the role. `by` is None for the demonstration.

    Raises `NotAllowed`, and `Refusal` when the person has not been invited to the role or is an expert already.
    """
    require_right(by is None or rules.can_manage(by))
    require(holds(person, OrganisationRole.EXPERT), f"{person} n’a pas le rôle d’expert : invitez d’abord la personne.")
    expert = Expert(person=person)
    try:
        with transaction.atomic():
            _write(expert, profile)
    except IntegrityError as error:
        raise Refusal(f"{person} est déjà dans la liste des experts.") from error
    record(expert, "expertise.name_expert", "Expert inscrit sur la liste.", is_private=True)
    return expert


@action
def update_expert(expert: Expert, profile: Profile, *, by: User, at: dt.datetime | None = None) -> list[Assignment]:
    """Change what is known of an expert; whom it puts in conflict with a file is recused at once, and returned.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_manage(by))
    expert = Expert.objects.select_for_update(of=("self",)).select_related("person").get(pk=expert.pk)
    _write(expert, profile)
    record(expert, "expertise.update_expert", "Fiche d’expert modifiée.", is_private=True)
    return _recuse_from_conflicts(expert, by=by, at=at or timezone.now())


@action
def declare_conflict(
    expert: Expert, campus: Campus, *, reason: str, by: User, at: dt.datetime | None = None
) -> DeclaredConflict:
    """Declare a link between an expert and a campus; the files on which it weighs are taken away at once.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_declare(by, expert))
    at = at or timezone.now()
    reason = _reason(reason, "Dites quel lien vous avez avec ce campus.")
    expert = Expert.objects.select_for_update(of=("self",)).select_related("person").get(pk=expert.pk)
    declared = DeclaredConflict(expert=expert, campus=campus, reason=reason, declared_at=at)
    require(not expert.conflicts.filter(campus=campus).exists(), "Ce conflit est déjà déclaré.")
    declared.save()
    # Said of the conflict, not of the campus: a campus must not learn who its experts are.
    record(declared, "expertise.declare_conflict", "Conflit d’intérêts déclaré par ou pour un expert.", is_private=True)
    _recuse_from_conflicts(expert, by=by, at=at)
    return declared


@action
def withdraw_conflict(conflict: DeclaredConflict, *, reason: str, by: User) -> None:
    """Take back a conflict that was declared by mistake; recusals stay. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_manage(by))
    reason = _reason(reason, "Dites pourquoi ce conflit n’en est pas un.")
    record(conflict, "expertise.withdraw_conflict", f"Conflit d’intérêts retiré. Motif : {reason}", is_private=True)
    conflict.delete()


@action
def recuse(assignment: Assignment, *, reason: str, by: User, at: dt.datetime | None = None) -> None:
    """Recuse an expert from a file: access ends at once, the marks count no more, in any round.

    By the secretariat, or by the expert. Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_manage(by) or rules.can_mark(by, assignment))
    reason = _reason(reason, "Dites pourquoi l’expert est récusé.")
    recused = _recuse([assignment.application_id], assignment.expert, reason, by)
    require(recused, "Cet expert est déjà récusé sur ce dossier.")


def computed_conflicts(expert: Expert, applications: Iterable[LabelApplication]) -> dict[int, list[Conflict]]:
    """Conflicts of one expert with several files, by file, those without any left out."""
    matters = {application.pk: matter_of(application) for application in applications}
    party = party_of(expert)
    table = ConflictTable([party], list(matters.values()))
    found = {pk: table.between(party, matter) for pk, matter in matters.items()}
    return {pk: conflicts for pk, conflicts in found.items() if conflicts}


def _recuse_from_conflicts(expert: Expert, *, by: User, at: dt.datetime) -> list[Assignment]:
    given = LabelApplication.objects.filter(state__in=_UNDECIDED, assignments__in=expert.assignments.standing())
    found = computed_conflicts(expert, given.select_related("campus").distinct())
    recused = []
    for file, conflicts in found.items():
        recused += _recuse([file], expert, conflicts[0].sentence, by)
    return recused


def _recuse(files: list[int], expert: Expert, reason: str, by: User) -> list[Assignment]:
    # The file first, as every act of the expertise locks it: handing in and recusing wait for each other.
    list(LabelApplication.objects.select_for_update().filter(pk__in=files).order_by("pk"))
    standing = list(Assignment.objects.standing().filter(expert=expert, application__in=files))
    for assignment in standing:
        assignment.state, assignment.reason = AssignmentState.RECUSED, reason[:300]
        assignment.save(update_fields=["state", "reason"])
        record(assignment, "expertise.recuse", f"{assignment} : expert récusé.", is_private=True)
    if standing and expert.person_id != by.pk:
        _tell(standing[-1], expert.person)
    return standing


def _tell(assignment: Assignment, person: User) -> None:
    context = {
        "reference": assignment.application.reference,
        "person": person,
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
    }
    mail.post(person.email, "mail/expertise_recused", context, key=f"recused:{assignment.pk}:{person.pk}")


def _write(expert: Expert, profile: Profile) -> None:
    require(profile.side in Side.values, "Choisissez le côté de l’expert.")
    require(1 <= profile.most_files <= 50, "Un expert prend de 1 à 50 dossiers.")
    expert.side, expert.employer, expert.region = profile.side, profile.employer, profile.region
    expert.most_files, expert.is_available = profile.most_files, profile.is_available
    expert.save()
    expert.filieres.set(profile.filieres)


def _reason(text: str, when_empty: str) -> str:
    text = one_line(text)
    require(text, when_empty)
    require(len(text) <= 300, "Le motif dépasse 300 caractères.")
    return text

"""Files are given to experts, asked again in a second round, and sent to the college."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import lock, move
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.core import mail
from cmq.core.bulk import Outcome, one_by_one
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.expertise import rules
from cmq.expertise.conflicts import conflicts
from cmq.expertise.models import Assignment, AssignmentState, Expert, Mark, RequirementMark
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import holds

# Days before (negative) and after the due day when an expert who has not handed in is written to.
REMINDERS = (-7, -1, 1, 7)


@action
def assign(
    application: LabelApplication,
    expert: Expert,
    *,
    due_on: dt.date,
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> Assignment:
    """Give a file to an expert, in the round that runs; the first one opens the expertise.

    Raises `NotAllowed`; `Refusal` for a conflict, which it names, for an expert who cannot take the file, or a file
    that is not admissible.
    """
    require_right(rules.can_manage(by))
    at = at or timezone.now()
    application = lock(application, step=step)
    state = ApplicationState(application.state)
    require(
        state in (ApplicationState.ADMISSIBLE, ApplicationState.EXPERTISE),
        f"Le dossier est « {state.label} » : il ne se confie pas à un expert.",
    )
    require(due_on > timezone.localdate(at), "Donnez une date à venir.")
    expert = Expert.objects.select_related("person").get(pk=expert.pk)
    _require_free(application, expert)
    assignment = Assignment.objects.create(
        application=application, expert=expert, round=_round(application), due_on=due_on, assigned_at=at
    )
    record(assignment, "expertise.assign", f"{assignment} : confié, à rendre pour le {due_on}.", is_private=True)
    if state is ApplicationState.ADMISSIBLE:
        move(application, ApplicationState.EXPERTISE, by=by, at=at)
    _write(assignment, "mail/expertise_assigned", "expertise-assigned")
    return assignment


def assign_many(
    choices: Iterable[tuple[LabelApplication, Expert]], *, due_on: dt.date, by: User, at: dt.datetime | None = None
) -> list[Outcome[tuple[LabelApplication, Expert]]]:
    """Give many files, each by `assign`; what is refused does not stop the others. Raises `NotAllowed`."""
    require_right(rules.can_manage(by))
    return one_by_one(choices, lambda choice: assign(*choice, due_on=due_on, by=by, at=at))


@action
def ask_second_round(
    application: LabelApplication,
    *,
    request: str,
    due_on: dt.date,
    experts: Sequence[Expert] | None = None,
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> list[Assignment]:
    """Ask the same experts again, or some of them; they see each other’s marks, and start from their own.

    Args:
        request: what they are asked to look at again; the experts read it.
        experts: None for all whose marks count.
    A file that is before the college comes back to the experts. Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_manage(by))
    at = at or timezone.now()
    application = lock(application, step=step)
    state = ApplicationState(application.state)
    require(
        state in (ApplicationState.EXPERTISE, ApplicationState.COLLEGE),
        f"Le dossier est « {state.label} » : aucun second tour ne se demande.",
    )
    require(request.strip(), "Dites aux experts ce qui est à revoir.")
    require(due_on > timezone.localdate(at), "Donnez une date à venir.")
    standing = list(application.assignments.standing().select_related("expert__person"))
    require(not any(_is_pending(each) for each in standing), "Des expertises sont encore attendues dans ce tour.")
    asked = [each for each in rules.counted(standing) if experts is None or each.expert in experts]
    require(asked, "Aucun expert n’a rendu d’expertise sur ce dossier.")
    require(experts is None or len(asked) == len(set(experts)), "Un de ces experts n’a pas rendu d’expertise.")
    next_round = _round(application) + 1
    if state is ApplicationState.COLLEGE:
        application = move(application, ApplicationState.EXPERTISE, by=by, at=at, reason=request)
    return [_ask_again(each, next_round, request.strip(), due_on, at) for each in asked]


@action
def send_to_college(
    application: LabelApplication,
    *,
    reason: str = "",
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> LabelApplication:
    """Send a file to the college when every expert has answered.

    Args:
        reason: why fewer than two expertises are enough; the campus can read it.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_manage(by))
    at = at or timezone.now()
    application = lock(application, step=step)
    require(rules.is_examined(application), "Ce dossier n’est pas en expertise.")
    standing = list(application.assignments.standing().select_related("expert"))
    pending = sum(_is_pending(each) for each in standing)
    require(not pending, f"{pending} expertise(s) encore attendue(s) : relancez, ou récusez.")
    counted = rules.counted(standing)
    require(
        len(counted) >= rules.FEWEST_EXPERTISES or reason.strip(),
        f"{len(counted)} expertise(s) rendue(s), il en faut deux : dites pourquoi le dossier passe quand même.",
    )
    application = move(application, ApplicationState.COLLEGE, by=by, at=at, reason=reason)
    summary = f"{application.reference} – expertises rendues : {rules.parity(counted)}."
    record(application, "expertise.send_to_college", summary, is_private=True)
    return application


def send_many_to_college(
    applications: Iterable[LabelApplication], *, by: User, at: dt.datetime | None = None
) -> list[Outcome[LabelApplication]]:
    """Send many files to the college, each by `send_to_college`. Raises `NotAllowed`."""
    require_right(rules.can_manage(by))
    return one_by_one(applications, lambda application: send_to_college(application, by=by, at=at))


@action
def remind(*, on: dt.date) -> int:
    """Write to the experts whose expertise is due or late, once for each mark; how many letters are new."""
    written = 0
    for assignment in Assignment.objects.pending().select_related("application__campus", "expert__person"):
        passed = [mark for mark in REMINDERS if assignment.due_on + dt.timedelta(days=mark) <= on]
        # Who was given the file after a mark had passed was told of the due day by that letter.
        if passed and assignment.due_on + dt.timedelta(days=passed[-1]) > timezone.localdate(assignment.assigned_at):
            key = f"expertise-reminder:{assignment.due_on}:{passed[-1]}"
            written += _remind(assignment, key, is_late=assignment.is_late(on))
    return written


@action
def remind_expert(assignment: Assignment, *, by: User, at: dt.datetime | None = None) -> None:
    """Write to one expert now, once a day. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_manage(by))
    day = timezone.localdate(at or timezone.now())
    pending = Assignment.objects.pending().select_related("application__campus", "expert__person")
    waiting = pending.filter(pk=assignment.pk).first()
    require(waiting is not None, "Cette expertise n’est plus attendue.")
    assert waiting is not None
    is_new = _remind(waiting, f"expertise-nudge:{day}", is_late=waiting.is_late(day))
    require(is_new, "Un rappel est déjà parti aujourd’hui.")


@action
def postpone(assignment: Assignment, *, due_on: dt.date, by: User, at: dt.datetime | None = None) -> None:
    """Give an expert another day. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_manage(by))
    require(due_on > timezone.localdate(at or timezone.now()), "Donnez une date à venir.")
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("application").get(pk=assignment.pk)
    require(_is_pending(assignment), "Cette expertise n’est plus attendue.")
    before, assignment.due_on = assignment.due_on, due_on
    assignment.save(update_fields=["due_on"])
    diff: Mapping[str, object] = {"due_on": [before.isoformat(), due_on.isoformat()]}
    record(assignment, "expertise.postpone", f"{assignment} : échéance reportée.", diff=dict(diff), is_private=True)


def _require_free(application: LabelApplication, expert: Expert) -> None:
    person = expert.person
    require(
        expert.is_available and person.is_active and holds(person, OrganisationRole.EXPERT),
        f"{person} ne prend pas de dossier en ce moment.",
    )
    require(person.is_demo == application.campus.is_demo, "La démonstration et les vrais dossiers ne se mélangent pas.")
    given = list(application.assignments.filter(expert=expert))
    require(not any(each.state == AssignmentState.RECUSED for each in given), f"{person} est récusé sur ce dossier.")
    require(not given, f"{person} a déjà ce dossier.")
    found = conflicts(expert, application)
    require(not found, f"Conflit d’intérêts : {' '.join(each.sentence for each in found)}")


def _ask_again(before: Assignment, number: int, request: str, due_on: dt.date, at: dt.datetime) -> Assignment:
    found = conflicts(before.expert, before.application)
    require(not found, f"Conflit d’intérêts : {' '.join(each.sentence for each in found)}")
    assignment = Assignment.objects.create(
        application=before.application,
        expert=before.expert,
        round=number,
        due_on=due_on,
        assigned_at=at,
        request=request,
        advice=before.advice,
        comment=before.comment,
    )
    Mark.objects.bulk_create(
        Mark(assignment=assignment, criterion_id=each.criterion_id, level_id=each.level_id, reason=each.reason)
        for each in before.marks.all()
    )
    RequirementMark.objects.bulk_create(
        RequirementMark(
            assignment=assignment, requirement_id=each.requirement_id, is_met=each.is_met, reason=each.reason
        )
        for each in before.requirement_marks.all()
    )
    record(assignment, "expertise.ask_second_round", f"{assignment} : demandé pour le {due_on}.", is_private=True)
    _write(assignment, "mail/expertise_asked_again", "expertise-assigned")
    return assignment


def _round(application: LabelApplication) -> int:
    """The round that runs: the first one until another is asked."""
    return application.assignments.aggregate(last=Max("round"))["last"] or 1


def _is_pending(assignment: Assignment) -> bool:
    return assignment.state == AssignmentState.PENDING


def _remind(assignment: Assignment, key: str, *, is_late: bool) -> bool:
    is_new = _write(assignment, "mail/expertise_reminder", key, is_late=is_late)
    if is_new:
        record(assignment, "expertise.remind", f"{assignment} : rappel envoyé.", is_private=True)
    return is_new


def _write(assignment: Assignment, template: str, key: str, **context: object) -> bool:
    person = assignment.expert.person
    return mail.post(
        person.email,
        template,
        {
            "assignment": assignment,
            "application": assignment.application,
            "person": person,
            "link": f"{settings.SITE_URL}{assignment.get_absolute_url()}",
            "site_url": settings.SITE_URL,
            "site_name": settings.SITE_NAME,
            **context,
        },
        key=f"{key}:{assignment.pk}:{person.pk}",
    )

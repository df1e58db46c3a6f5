"""What happens to a submitted file: ruled admissible or not, sent back for correction, opinions asked and given."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import lock, move
from cmq.applications.actions.submission import directors_of
from cmq.applications.models import ApplicationState, LabelApplication, Section
from cmq.applications.rules import can_conduct, digest_of
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.instruction import rules
from cmq.instruction.models import CorrectionRequest, Opinion, OpinionBody, OpinionRequest, Ruling, RulingReason
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole

# Days before (negative) and after the due day when a body that has not answered is written to.
REMINDERS = (-7, 0, 7)


@action
def rule_admissible(
    application: LabelApplication,
    *,
    comment: str = "",
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> Ruling:
    """Rule that a file is admissible. Raises `NotAllowed`, `Refusal`."""
    return _rule(application, ApplicationState.ADMISSIBLE, [], comment, by=by, step=step, at=at)


@action
def rule_inadmissible(
    application: LabelApplication,
    *,
    reasons: Iterable[str],
    comment: str,
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> Ruling:
    """Rule that a file is not admissible, with typed reasons and an explanation. Raises `NotAllowed`, `Refusal`."""
    kept = [reason for reason in RulingReason.values if reason in set(reasons)]
    require(kept, "Choisissez au moins un motif d’irrecevabilité.")
    require(comment.strip(), "Expliquez la décision : le campus doit savoir quoi faire.")
    return _rule(application, ApplicationState.INADMISSIBLE, kept, comment, by=by, step=step, at=at)


@action
def ask_correction(
    application: LabelApplication,
    *,
    sections: Iterable[Section],
    comment: str,
    due_on: dt.date,
    by: User,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> CorrectionRequest:
    """Send a file back for the named sections only; the clock stops. Raises `NotAllowed`, `Refusal`."""
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(rules.can_instruct(by, application))
    state = ApplicationState(application.state)
    require(state in rules.CORRECTABLE, f"Le dossier est « {state.label} » : aucune correction ne se demande.")
    asked = list(application.sections.filter(pk__in=[section.pk for section in sections]))
    require(asked, "Choisissez au moins une partie à corriger.")
    require(comment.strip(), "Dites ce qui est à corriger.")
    require(due_on > timezone.localdate(at), "Donnez une date à venir.")
    request = CorrectionRequest.objects.create(
        application=application,
        comment=comment.strip(),
        due_on=due_on,
        asked_at=at,
        asked_by=by,
        from_state=state,
        versions={str(section.pk): section.version for section in asked},
    )
    request.sections.set(asked)
    application.sections.filter(pk__in=[section.pk for section in asked]).update(is_reopened=True)
    application = move(application, ApplicationState.CORRECTION, by=by, at=at, reason=comment)
    for person in directors_of(application):
        key = f"correction:{request.pk}:{person.pk}"
        _write(application, person, "mail/correction_asked", key, request=request, sections=asked)
    return request


@action
def answer_correction(
    application: LabelApplication, *, answer: str, by: User, step: int | None = None, at: dt.datetime | None = None
) -> CorrectionRequest:
    """Hand the corrected file in again, where it was before; it is sealed anew. Raises `NotAllowed`, `Refusal`."""
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(can_conduct(by, application))
    request = application.corrections.filter(answered_at=None).first()
    if request is None or application.state != ApplicationState.CORRECTION:
        raise Refusal("Aucune correction n’est demandée.")
    empty = [section.title for section in request.sections.all() if not section.text.strip()]
    require(not empty, f"Cette partie est vide : « {empty[0] if empty else ''} ».")
    require(answer.strip(), "Dites en une phrase ce qui a été corrigé.")
    request.answered_at, request.answer = at, answer.strip()
    request.save(update_fields=["answered_at", "answer"])
    application.sections.update(is_reopened=False)
    application.digest = digest_of(application)
    application.save(update_fields=["digest"])
    move(application, ApplicationState(request.from_state), by=by, at=at, reason=answer)
    return request


@action
def ask_opinion(
    application: LabelApplication,
    *,
    kind: OpinionBody,
    body: Organisation,
    due_on: dt.date,
    by: User,
    at: dt.datetime | None = None,
) -> OpinionRequest:
    """Ask a named body for its opinion by a day (D.335-34). Raises `NotAllowed`, `Refusal`."""
    at = at or timezone.now()
    application = lock(application)
    require_right(rules.can_ask_opinion(by, application))
    state = ApplicationState(application.state)
    require(state in rules.OPINIONS_OPEN, f"Le dossier est « {state.label} » : aucun avis ne se demande plus.")
    require(due_on > timezone.localdate(at), "Donnez une date à venir.")
    request = OpinionRequest(application=application, kind=kind, body=body, due_on=due_on, asked_at=at, asked_by=by)
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        raise Refusal(f"L’avis de {body} est déjà demandé.") from error
    record(request, "instruction.ask_opinion", f"{application.reference} – avis demandé : {body}.", is_private=True)
    _write_to_body(request, "mail/opinion_asked", f"opinion-asked:{request.pk}")
    return request


@action
def give_opinion(
    request: OpinionRequest,
    *,
    opinion: Opinion,
    reasons: str = "",
    given_on: dt.date | None = None,
    by: User,
    at: dt.datetime | None = None,
) -> OpinionRequest:
    """Enter what a body answers, declining included; an answer is entered once. Raises `NotAllowed`, `Refusal`."""
    at = at or timezone.now()
    application = lock(request.application)
    require_right(rules.can_enter_opinion(by, request))
    request = OpinionRequest.objects.select_for_update(of=("self",)).select_related("body").get(pk=request.pk)
    require(not request.opinion, "Cet avis est déjà rendu.")
    require(opinion != Opinion.NONE, "Choisissez l’avis.")
    state = ApplicationState(application.state)
    require(state in rules.OPINIONS_OPEN, f"Le dossier est « {state.label} » : l’avis n’est plus attendu.")
    needs_reasons = opinion != Opinion.FAVOURABLE
    require(
        reasons.strip() or not needs_reasons,
        "Donnez les motifs : réserves, refus, ou pourquoi l’instance ne se prononce pas.",
    )
    day = given_on or timezone.localdate(at)
    require(day <= timezone.localdate(at), "L’avis ne peut pas être daté de demain.")
    request.opinion, request.reasons, request.given_on = opinion, reasons.strip(), day
    request.entered_at, request.entered_by = at, by
    request.save()
    summary = f"{application.reference} – {request.body} : {opinion.label}."
    record(request, "instruction.give_opinion", summary, diff={"opinion": ["", opinion.value]}, is_private=True)
    return request


def remind(*, on: dt.date) -> int:
    """Write to the bodies whose opinion is due or late, once for each mark; how many letters are new."""
    written = 0
    for request in OpinionRequest.objects.waiting().select_related("application__campus", "body"):
        passed = [mark for mark in REMINDERS if request.due_on + dt.timedelta(days=mark) <= on]
        # A body asked after a mark had passed was told of the due day by the request itself.
        if passed and request.due_on + dt.timedelta(days=passed[-1]) >= timezone.localdate(request.asked_at):
            written += _write_to_body(request, "mail/opinion_reminder", f"opinion-reminder:{request.pk}:{passed[-1]}")
    return written


@action
def remind_body(request: OpinionRequest, *, by: User, at: dt.datetime | None = None) -> int:
    """Write to a body that has not answered now, once a day to each of its people; how many letters are new.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_ask_opinion(by, request.application))
    day = timezone.localdate(at or timezone.now())
    waiting = OpinionRequest.objects.waiting().select_related("application__campus", "body")
    asked = waiting.filter(pk=request.pk).first()
    if asked is None:
        raise Refusal("Cet avis n’est plus attendu.")
    written = _write_to_body(asked, "mail/opinion_reminder", f"opinion-nudge:{asked.pk}:{day}")
    require(written, f"{asked.body} : personne à relancer, ou un rappel est déjà parti aujourd’hui.")
    record(
        asked, "instruction.remind_body", f"{asked.application.reference} – relance : {asked.body}.", is_private=True
    )
    return written


def _rule(
    application: LabelApplication,
    to: ApplicationState,
    reasons: list[str],
    comment: str,
    *,
    by: User,
    step: int | None,
    at: dt.datetime | None,
) -> Ruling:
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(rules.can_instruct(by, application))
    ruling = Ruling.objects.create(
        application=application,
        is_admissible=to is ApplicationState.ADMISSIBLE,
        reasons=reasons,
        comment=comment.strip(),
        at=at,
        by=by,
    )
    application = move(application, to, by=by, at=at, reason=comment)
    for person in directors_of(application):
        _write(application, person, "mail/ruling", f"ruling:{ruling.pk}:{person.pk}", ruling=ruling)
    return ruling


def _write_to_body(request: OpinionRequest, template: str, key: str) -> int:
    secretaries = OrganisationMembership.objects.active(timezone.localdate()).filter(
        role=OrganisationRole.OPINION, organisation=request.body
    )
    people = {each.person_id: each.person for each in secretaries.select_related("person")}
    return sum(
        _write(request.application, person, template, f"{key}:{pk}", request=request)
        for pk, person in people.items()
        if person is not None
    )


def _write(application: LabelApplication, person: User, template: str, key: str, **context: object) -> bool:
    return mail.post(
        person.email,
        template,
        {
            "application": application,
            "person": person,
            "link": f"{settings.SITE_URL}{application.get_absolute_url()}",
            "site_url": settings.SITE_URL,
            "site_name": settings.SITE_NAME,
            **context,
        },
        key=key,
    )

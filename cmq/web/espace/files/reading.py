"""What the page of a file shows, and the acts it offers to whoever reads it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.models import (
    ApplicationKind,
    ApplicationState,
    Attachment,
    LabelApplication,
    Move,
    RequestSide,
    Section,
    SectionRevision,
)
from cmq.core.differences import differences
from cmq.core.models import Change
from cmq.deliberation.rules import can_run
from cmq.expertise.models import Assignment
from cmq.expertise.rules import can_manage, readable_assignments
from cmq.instruction import rules as instruction_rules
from cmq.instruction.models import OpinionRequest
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import roles_of
from cmq.web.espace.college.reading import outcome_of_file
from cmq.web.espace.history import of_campus

S = ApplicationState
# Asked for of every file.
PARTS = Prefetch("sections", Section.objects.select_related("updated_by").with_open_comments())
ATTACHMENTS = Prefetch("attachments", Attachment.objects.select_related("document"))
MOVES = Prefetch("moves", Move.objects.select_related("by"))
OPINIONS = Prefetch("opinions", OpinionRequest.objects.select_related("body"))
RULED = frozenset({S.ADMISSIBLE, S.INADMISSIBLE})
PUBLISHED = frozenset({S.AWARDED, S.DEFERRED, S.REFUSED})
# The newest only: a page that nobody reads to the end helps nobody.
MOST_CHANGES = 100


@dataclass(frozen=True)
class Act:
    """Something that this person can do to the file now."""

    wording: str
    url: str
    is_main: bool = False


def acts(person: User, application: LabelApplication) -> list[Act]:
    """The acts that the file's state and the person's roles allow, the most expected first."""
    conducts = rules.can_conduct(person, application)
    instructs = instruction_rules.can_instruct(person, application)
    state = S(application.state)
    unsigned = state is S.SIGNING and rules.can_sign(person, application)
    found = [
        ("Signer la demande conjointe", "file_sign", unsigned),
        ("Envoyer en signature", "file_send", state is S.DRAFT and conducts),
        ("Rendre la correction", "file_answer", state is S.CORRECTION and conducts),
        ("Prononcer la recevabilité", "file_ruling", state is S.SUBMITTED and instructs),
        ("Demander une correction", "file_correction", state in instruction_rules.CORRECTABLE and instructs),
        (
            "Demander un avis",
            "file_opinion_ask",
            state in instruction_rules.OPINIONS_OPEN and instruction_rules.can_ask_opinion(person, application),
        ),
        ("Représenter au collège", "file_bring_back", state is S.DEFERRED and can_run(person)),
        ("Rappeler en rédaction", "file_recall", state is S.SIGNING and (conducts or unsigned)),
        ("Retirer la demande", "file_withdraw", S.WITHDRAWN in rules.MOVES[state] and conducts),
    ]
    allowed = [(wording, name) for wording, name, is_possible in found if is_possible]
    mine = _expertise_of(person, application)
    urls = [(wording, reverse(name, args=[application.reference])) for wording, name in allowed]
    urls += [(wording, reverse(name, args=[application.reference])) for wording, name in _of_experts(person, state)]
    urls += [("Mon expertise", mine.get_absolute_url())] if mine else []
    return [Act(wording, url, place == 0) for place, (wording, url) in enumerate(urls)]


def _of_experts(person: User, state: ApplicationState) -> list[tuple[str, str]]:
    """What the secretariat can do with the experts of a file."""
    if state not in (S.ADMISSIBLE, S.EXPERTISE, S.COLLEGE) or not can_manage(person):
        return []
    found = [("Experts du dossier", "file_experts", True)]
    found += [("Demander un second tour", "file_second_round", state is not S.ADMISSIBLE)]
    found += [("Envoyer devant le collège", "file_college", state is S.EXPERTISE)]
    return [(wording, name) for wording, name, is_possible in found if is_possible]


def _expertise_of(person: User, application: LabelApplication) -> Assignment | None:
    if not roles_of(person, OrganisationRole.EXPERT):
        return None
    return readable_assignments(person).filter(application=application.pk).order_by("-round").first()


def parts(application: LabelApplication) -> list[Section]:
    """The sections that the file asks for."""
    return [section for section in application.sections.all() if rules.is_asked(application, section)]


def changes_since(application: LabelApplication) -> list[Change]:
    """For a campus that asks again: what the register has recorded of it since its last file, or since its label began.

    The newest first, `MOST_CHANGES` at most; nothing for a first request.
    """
    if not ApplicationKind(application.kind).needs_label:
        return []
    since = application.previous.submitted_at if application.previous else None
    if since is None:
        label = (
            application.campus.labels.filter(starts_from__lte=application.created_at).order_by("-starts_from").first()
        )
        since = timezone.make_aware(dt.datetime.combine(label.starts_from, dt.time())) if label else None
    lines = of_campus(application.campus).filter(is_private=False)
    return list((lines.filter(at__gt=since) if since else lines)[:MOST_CHANGES])


def corrections(application: LabelApplication) -> list[dict[str, Any]]:
    """Each correction with what it changed, section by section."""
    requests = list(application.corrections.all())
    # The texts from before only: a part has as many versions as it was saved.
    asked = {(int(key), version) for request in requests for key, version in request.versions.items()}
    revisions = SectionRevision.objects.filter(
        section__in={key for key, _ in asked}, version__in={version for _, version in asked}
    )
    texts = {(key, version): text for key, version, text in revisions.values_list("section", "version", "text")}
    shown = []
    for request in requests:
        before = {int(key): texts.get((int(key), version), "") for key, version in request.versions.items()}
        parts = [section for section in application.sections.all() if section.pk in before]
        changed = [(section, differences(before[section.pk], section.text)) for section in parts]
        shown.append({"request": request, "changed": changed})
    return shown


def opinions(person: User, application: LabelApplication, *, on: dt.date) -> list[tuple[OpinionRequest, bool, bool]]:
    """Each opinion asked, whether it is late, and whether this person may enter it."""
    enterable = instruction_rules.enterable_by(person, application)
    return [(each, each.is_late(on), each.pk in enterable) for each in application.opinions.all()]


def _read(application: LabelApplication) -> None:
    """Read once all that the page and its rules ask of what belongs to a file. Nothing moves without a step."""
    asked = [PARTS, ATTACHMENTS, *([MOVES] if application.step else [])]
    asked += [OPINIONS] if application.submitted_at is not None else []
    prefetch_related_objects([application], *asked)


def _course(person: User, application: LabelApplication) -> dict[str, Any]:
    """What has come of a file since it was opened; asked only where a move tells that there is something."""
    moves = list(application.moves.all()) if application.step else []
    passed = {S(move.to_state) for move in moves}
    now, handed_in = timezone.now(), application.submitted_at is not None
    return {
        "moves": moves,
        "opinions": opinions(person, application, on=timezone.localdate(now)) if handed_in else [],
        "corrections": corrections(application) if S.CORRECTION in passed else [],
        "rulings": application.rulings.all() if passed & RULED else [],
        "instruction_days": instruction_rules.instruction_time(application, at=now).days if handed_in else 0,
        "decided": outcome_of_file(person, application) if passed & PUBLISHED else {"decision": None},
    }


def context(person: User, application: LabelApplication) -> dict[str, Any]:
    """All that the page of a file shows."""
    _read(application)
    state = S(application.state)
    is_draft = state in (S.DRAFT, S.CORRECTION)
    writes = rules.can_write(person, application)
    lacks = rules.missing(application, sections=application.sections.all()) if is_draft else []
    given = {each.side: each for each in application.signatures.filter(voided_at=None)} if state is not S.DRAFT else {}
    return {
        "application": application,
        "campus": application.campus,
        "acts": acts(person, application),
        "parts": parts(application),
        "lacks": lacks,
        "is_draft": is_draft,
        "completeness": rules.completeness(application, lacks) if is_draft else 100,
        "writes": writes and rules.is_open_to_writing(application),
        "may_ask": writes and state is S.DRAFT,
        "attachments": [each for each in application.attachments.all() if each.removed_at is None],
        "sides": [(side, given.get(side)) for side in RequestSide],
        "asks_again": is_draft and ApplicationKind(application.kind).needs_label,
        "absorbed": application.absorbed.all() if application.kind == ApplicationKind.MERGER else [],
        **_course(person, application),
    }

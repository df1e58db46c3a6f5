"""What campuses do with their complementarities: set aside, take back; post a need or an offer, answer, close."""

import datetime as dt
import re
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.letters import write_to_directors
from cmq.campuses.models import Campus
from cmq.complements import rules
from cmq.complements.models import Dismissal, Notice, NoticeAnswer, NoticeKind, Topic
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.reference.audiences import Audience


@dataclass(frozen=True)
class NoticeTerms:
    """What a need or an offer says."""

    kind: NoticeKind
    topic: Topic
    title: str
    text: str
    until: dt.date
    audience: Audience | None = None
    rncp: str = ""
    rome: str = ""


@action
def dismiss(campus: Campus, other: Campus, *, reason: str, by: User | None, at: dt.datetime | None = None) -> Dismissal:
    """Suggest a campus no more to another. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    require(campus.pk != other.pk and campus.is_demo == other.is_demo, "Ce campus n’est pas proposé au vôtre.")
    reason = one_line(reason)
    require(reason, "Dites pourquoi vous écartez cette proposition.")
    require(len(reason) <= 300, "Le motif a 300 signes au plus.")
    dismissal, is_new = Dismissal.objects.get_or_create(
        campus=campus, other=other, defaults={"reason": reason, "dismissed_at": at or timezone.now()}
    )
    require(is_new, "Cette proposition est déjà écartée.")
    said = f"{campus} – complémentarité écartée : {other}. Motif : {reason}"
    record(dismissal, "complements.dismiss", said, is_private=True)
    return dismissal


@action
def restore(dismissal: Dismissal, *, by: User) -> None:
    """Suggest again what was set aside. Raises `NotAllowed`."""
    require_right(rules.can_edit(by, dismissal.campus))
    said = f"{dismissal.campus} – complémentarité proposée de nouveau : {dismissal.other}."
    record(dismissal, "complements.restore", said, is_private=True)
    dismissal.delete()


@action
def post_notice(campus: Campus, *, terms: NoticeTerms, by: User | None, at: dt.datetime | None = None) -> Notice:
    """Post a need or an offer that the people of all campuses read until its day. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    at = at or timezone.now()
    title, text = one_line(terms.title), terms.text.strip()
    require(title, "Donnez un titre.")
    require(text, "Dites ce que vous cherchez ou proposez.")
    require(len(title) <= 150, "Le titre a 150 signes au plus.")
    require(len(text) <= 3000, "Le texte a 3 000 signes au plus.")
    days = (terms.until - timezone.localdate(at)).days
    require(days >= 0, "Cette date est passée.")
    require(days <= rules.LONGEST_NOTICE_DAYS, "Un an au plus : une annonce plus longue ne serait plus vraie.")
    notice = Notice.objects.create(
        campus=campus,
        kind=terms.kind,
        topic=terms.topic,
        title=title,
        text=text,
        audience=terms.audience or "",
        rncp=_rncp(terms.rncp),
        rome=_rome(terms.rome),
        posted_by=by,
        posted_at=at,
        # The whole of its last day.
        expires_at=timezone.make_aware(dt.datetime.combine(terms.until + dt.timedelta(days=1), dt.time())),
    )
    record(notice, "complements.post", f"{campus} – {notice}", is_private=True)
    return notice


@action
def answer_notice(
    notice: Notice, *, campus: Campus, text: str, by: User | None, at: dt.datetime | None = None
) -> NoticeAnswer:
    """Answer another campus; its directors, and who posted, get a letter. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    at = at or timezone.now()
    notice = _locked(notice)
    _require_open(notice, at)
    require(notice.campus_id != campus.pk, "Cette annonce est celle de votre campus.")
    require(notice.campus.is_demo == campus.is_demo, "Cette annonce ne s’adresse pas à votre campus.")
    text = text.strip()
    require(text, "Écrivez votre réponse.")
    require(len(text) <= 3000, "La réponse a 3 000 signes au plus.")
    answer = NoticeAnswer.objects.create(notice=notice, campus=campus, text=text, answered_by=by, answered_at=at)
    record(answer, "complements.answer", f"{campus} répond à {notice.campus} – {notice}", is_private=True)
    page = f"/espace/campus/{notice.campus.slug}/besoins-et-offres/{notice.pk}/"
    write_to_directors(
        notice.campus,
        "mail/notice_answered",
        {"notice": notice, "answer": answer, "link": f"{settings.SITE_URL}{page}"},
        event=f"notice-answer:{answer.pk}",
        on=timezone.localdate(at),
        also=[notice.posted_by],
        but=by,
    )
    return answer


@action
def close_notice(notice: Notice, *, outcome: str, by: User, at: dt.datetime | None = None) -> Notice:
    """Close a need or an offer with what came of it. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_edit(by, notice.campus))
    at = at or timezone.now()
    notice = _locked(notice)
    _require_open(notice, at)
    outcome = one_line(outcome)
    require(outcome, "Dites ce qu’il en est advenu.")
    require(len(outcome) <= 300, "300 signes au plus.")
    notice.closed_at, notice.outcome = at, outcome
    notice.save(update_fields=["closed_at", "outcome"])
    record(notice, "complements.close", f"{notice.campus} – close : {notice} ({outcome})", is_private=True)
    return notice


def _locked(notice: Notice) -> Notice:
    rows = Notice.objects.select_for_update(of=("self",)).select_related("campus", "posted_by")
    return rows.get(pk=notice.pk)


def _require_open(notice: Notice, at: dt.datetime) -> None:
    require(notice.closed_at is None, "Cette annonce est close.")
    require(at < notice.expires_at, "Cette annonce a expiré.")


def _rncp(code: str) -> str:
    """The digits of « RNCP 35506 ». Raises `Refusal`."""
    code = "".join(code.upper().removeprefix("RNCP").split())
    require(not code or re.fullmatch(r"\d{1,6}", code), "Un code RNCP a six chiffres au plus : RNCP35506.")
    return code


def _rome(code: str) -> str:
    """« K1302 ». Raises `Refusal`."""
    code = "".join(code.upper().split())
    require(not code or re.fullmatch(r"[A-N]\d{4}", code), "Un code ROME est une lettre et quatre chiffres : K1302.")
    return code

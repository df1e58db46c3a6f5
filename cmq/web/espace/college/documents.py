"""What the secretariat hands over: the minutes of a meeting, the draft of an order with its annexed list."""

import datetime as dt
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format

from cmq.awards.models import JointDecision, MinisterialOrder
from cmq.core import documents
from cmq.core.documents import Document, Part
from cmq.deliberation.models import AgendaItem, Meeting, MeetingState
from cmq.web.downloads import as_file
from cmq.web.espace.college.reading import Count, minutes
from cmq.web.templatetags.cmq import jour, pluriel

FICTIONAL = "Démonstration : tout ceci est inventé et n’a aucune valeur."


def download(document: Document, name: str, kind: str) -> HttpResponse:
    """A document as a download. `kind`: `pdf` or `txt`."""
    if kind == "pdf":
        answer = HttpResponse(documents.pdf(document, at=timezone.now()), content_type="application/pdf")
    else:
        answer = HttpResponse(documents.text(document), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = as_file(f"{name}.{kind}")
    return answer


def minutes_of(meeting: Meeting) -> Document:
    """The minutes: who sat and when, and of each point the report, the count and what was decided."""
    told = minutes(meeting)
    is_closed = meeting.state == MeetingState.CLOSED
    when = f"Séance du {_instant(meeting.held_at)}{f', {meeting.place}' if meeting.place else ''}."
    spans = [f"Ouverte le {_instant(meeting.opened_at)}." if meeting.opened_at else "La séance n’a pas commencé."]
    spans += [f"Close le {_instant(meeting.closed_at)}." if meeting.closed_at else "Elle n’est pas close."]
    present = [
        f"{each.seat} : {each.person}{', suppléant' if each.is_deputy else ''}, de {_hour(each.arrived_at)}"
        f"{f' à {_hour(each.left_at)}' if each.left_at else ''}"
        for each in told["attendances"]
    ]
    parts = [
        Part(paragraphs=[str(meeting.campaign), str(meeting.campaign.college), when, " ".join(spans)]),
        Part("Présences", items=present, after=[] if present else ["Personne n’a siégé."]),
        *(_point(item, count) for item, count in told["points"]),
    ]
    title = f"Procès-verbal{'' if is_closed else ' provisoire'} – {meeting}"
    return Document(title, FICTIONAL if meeting.campaign.is_demo else "", parts)


def _point(item: AgendaItem, count: Count | None) -> Part:
    heading = f"Point {item.position} : {item}"
    said = [str(item.subject.get_kind_display()), *([f"Rapport : {item.report}"] if item.report else [])]
    if count is None or item.concluded_at is None:
        return Part(heading, [*said, "Pas de vote clos."])
    tally = count.tally
    casting = ", par la voix prépondérante du président" if tally.by_casting_vote else ""
    away = f" ; écartés pour conflit d’intérêts : {tally.kept_away}" if tally.kept_away else ""
    votes = [
        f"{seat} ({side}) : {advice}{f', {_years(years)}' if years else ''}{f'. {reasons}' if reasons else ''}"
        for seat, side, advice, years, reasons in count.lines
    ]
    decision = getattr(item, "decision", None)
    return Part(
        heading,
        [
            *said,
            f"Vote clos à {_hour(item.concluded_at)} : {count.outcome.lower()}{casting}.",
            f"Sièges présents : {tally.present} sur {tally.filled} pourvus ; quorum : {tally.quorum}{away}.",
        ],
        votes,
        [f"Décision conjointe n° {decision.number}."] if decision else [],
    )


def order_of(order: MinisterialOrder, decisions: Iterable[JointDecision]) -> Document:
    """The draft that the ministries complete and sign (D.335-34 du code de l’éducation), with its annexed list."""
    listed = list(decisions)
    seen = [
        "Vu le code de l’éducation, notamment ses articles D. 335-33 à D. 335-35 ;",
        *(f"Vu la décision conjointe n° {each.number} du {_day(each.signed_at)} ;" for each in listed),
        "Arrêtent :",
    ]
    first = (
        "Pour chacun des campus dont la liste est annexée, sont arrêtés la mesure que cette liste indique et, s’il y a "
        "lieu, le territoire, la filière, la catégorie et la durée."
    )
    parts = [
        Part(paragraphs=[order.title, *([f"NOR : {order.nor}"] if order.nor else []), *seen]),
        Part("Article 1er", [first]),
        Part("Article 2", ["Le présent arrêté est publié au Journal officiel de la République française."]),
        Part("Signatures", ["À compléter par les ministères."]),
        *(_annexed(number, each) for number, each in enumerate(listed, 1)),
    ]
    fictional = any(each.item.campus.is_demo for each in listed)
    return Document("Projet d’arrêté", FICTIONAL if fictional else "", parts)


def _annexed(number: int, decision: JointDecision) -> Part:
    terms = [
        ("Région", str(decision.item.campus.region)),
        ("Mesure", decision.item.subject.get_kind_display()),
        ("Catégorie", decision.get_category_display() if decision.category else ""),
        ("Filière", str(decision.filiere or "")),
        ("Territoire", decision.territory),
        ("Durée", _years(decision.duration_years) if decision.duration_years else ""),
        ("À compter du", jour(decision.starts_on) if decision.starts_on else ""),
        ("Dernier jour", jour(decision.ends_on) if decision.ends_on else ""),
        ("Décision conjointe", decision.number),
    ]
    return Part(f"Annexe, {number} : {decision.name}", items=[f"{name} : {value}" for name, value in terms if value])


def _years(number: int) -> str:
    return f"{number} an{pluriel(number)}"


def _day(at: dt.datetime | None) -> str:
    return jour(timezone.localdate(at)) if at else "…"


def _instant(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), r"j F Y à H:i")


def _hour(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "H:i")

"""The attestation of an award: a tagged PDF (PDF/UA-1, PDF/A-2a) in French, with a code that leads to its page.

Typst sets it, from values that are never markup. Its own fonts are embedded (Libertinus, under the SIL Open Font
Licence); the fonts of the machine are not looked at, so that the same attestation is the same everywhere.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from cmq.core.codes import qr_code
from cmq.core.documents import shown
from cmq.core.errors import require
from cmq.labels.models import LabelDecision
from cmq.proof.credential import address
from cmq.proof.rules import Award, standing_on
from cmq.proof.wording import UNKNOWN, day, doubts, end_of, explain, start_of

TEMPLATE = Path(__file__).resolve().parent / "data" / "attestation.typ"


def is_given(award: Award) -> bool:
    """Whether an award has an attestation to download."""
    return not doubts(award)


def refusal(award: Award) -> str:
    """Why no attestation is given for an award, in French; empty when it is given."""
    reasons = doubts(award)
    if not reasons:
        return ""
    return f"Aucune attestation : le registre n’atteste que ce qu’il sait au jour près. Or {', et '.join(reasons)}."


def pdf(award: Award, *, on: dt.date, at: dt.datetime) -> bytes:
    """The attestation as it stands that day. Raises `Refusal` where the register is not certain."""
    problem = refusal(award)
    require(not problem, problem)
    made: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"data": json.dumps(_shown(content(award, on=on)))},
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        timestamp=at.replace(microsecond=0),
    )
    return made


def content(award: Award, *, on: dt.date) -> dict[str, Any]:
    """What the attestation says."""
    standing, url = standing_on(award, on), address(award)
    return {
        "title": f"Attestation de label – {award.campus.name}",
        "publisher": settings.SITE_OWNER or settings.SITE_NAME,
        "campus": award.campus.name,
        "is_demo": award.campus.is_demo,
        "day": day(on),
        "standing": str(standing.label),
        "explanation": explain(award, standing, on),
        "rows": rows(award),
        "sources": [_source(source.title, source.url) for source in award.decision.sources.all()],
        "identifier": award.public_id,
        "url": url,
        "code": qr_code(url),
    }


def rows(award: Award) -> list[tuple[str, str]]:
    """What is known of the award, and what is not: name and value of each part."""
    campus, decision, label = award.campus, award.decision, award.label
    assert label is not None
    deduced = " (déduite par le registre, aucune source ne la donne)" if campus.filiere_is_deduced else ""
    return [
        ("Campus", campus.name),
        ("Région", campus.region.name),
        ("Filière", f"{campus.filiere.name}{deduced}" if campus.filiere else UNKNOWN),
        ("Catégorie", label.get_category_display() if label.category else UNKNOWN),
        ("Décision", f"{decision.get_kind_display()}, {decision.decided_on}"),
        ("Premier jour du label", start_of(label)),
        ("Dernier jour du label", end_of(label)),
        *_acts(decision),
        ("Fiabilité", str(decision.get_reliability_display())),
        *([("Prolongation", str(label.extended_by.decided_on))] if label.extended_by else []),
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list | tuple) else value


def _acts(decision: LabelDecision) -> list[tuple[str, str]]:
    return [
        ("Acte", decision.act or UNKNOWN),
        ("Numéro NOR", decision.nor or UNKNOWN),
        ("Acte signé le", str(decision.signed_on or UNKNOWN)),
        ("Acte publié le", str(decision.published_on or UNKNOWN)),
        ("Acte notifié le", str(decision.notified_on or UNKNOWN)),
    ]


def _source(title: str, url: str) -> str:
    return f"{title}, {url}" if url else title

"""Documents of the procedure, said once and given twice: as plain text, and as a tagged PDF (PDF/UA-1, PDF/A-2a)."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst
from django.conf import settings
from django.utils import timezone

from cmq.proof.attestation import shown
from cmq.proof.wording import day

TEMPLATE = Path(__file__).resolve().parent / "data" / "document.typ"


@dataclass(frozen=True)
class Part:
    """A part under its heading: paragraphs, then a list, then what follows the list."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    after: Sequence[str] = ()


@dataclass(frozen=True)
class Document:
    """A title, a notice that stands on every page (empty for none), and parts."""

    title: str
    notice: str
    parts: Sequence[Part]


def text(document: Document) -> str:
    """The document as plain text."""
    lines = [document.title, *([document.notice] if document.notice else [])]
    for part in document.parts:
        lines += [f"{part.heading}\n{'-' * len(part.heading)}"] if part.heading else []
        lines += list(part.paragraphs)
        lines += ["\n".join(f"- {item}" for item in part.items)] if part.items else []
        lines += list(part.after)
    return "\n\n".join(lines) + "\n"


def pdf(document: Document, *, at: dt.datetime) -> bytes:
    """The document as a tagged PDF in French, whatever its texts hold: none is read as markup."""
    parts = [
        {name: shown(value) if isinstance(value, str) else [shown(each) for each in value] for name, value in said}
        for said in (asdict(part).items() for part in document.parts)
    ]
    data = {
        "title": shown(document.title),
        "notice": shown(document.notice),
        "publisher": shown(settings.SITE_NAME),
        "day": day(timezone.localdate(at)),
        "parts": parts,
    }
    made: bytes = typst.compile(
        TEMPLATE,
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        timestamp=at.replace(microsecond=0),
    )
    return made

"""Documents said once and given twice: as plain text, and as a tagged PDF (PDF/UA-1, PDF/A-2a)."""

import datetime as dt
import json
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.utils import timezone

from cmq.core.partial_dates import PartialDate

# Latin, Greek, Cyrillic, punctuation, currencies, arrows and mathematics: what the fonts of the templates have.
_GLYPHS = ((" ", "~"), ("\u00a0", "\u04ff"), ("\u1e00", "\u2040"), ("\u2070", "\u20bf"), ("\u2190", "\u22ff"))
TEMPLATE = Path(__file__).resolve().parent / "data" / "document.typ"


@dataclass(frozen=True)
class Table:
    """Rows of text under a header; the first cell of each row names it."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """An image (PNG or JPEG by its name) with what it shows, in words, and who made it."""

    name: str
    content: bytes
    alternative: str
    credit: str = ""


@dataclass(frozen=True)
class Part:
    """A part under its heading: paragraphs, a list, tables, pictures, then what follows them."""

    heading: str = ""
    paragraphs: Sequence[str] = ()
    items: Sequence[str] = ()
    after: Sequence[str] = ()
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()


@dataclass(frozen=True)
class Document:
    """A title, a notice that stands on every page (empty for none), and parts."""

    title: str
    notice: str
    parts: Sequence[Part]


def text(document: Document) -> str:
    """The document as plain text; of a picture, its words."""
    lines = [document.title, *([document.notice] if document.notice else [])]
    for part in document.parts:
        lines += [f"{part.heading}\n{'-' * len(part.heading)}"] if part.heading else []
        lines += list(part.paragraphs)
        lines += ["\n".join(f"- {item}" for item in part.items)] if part.items else []
        lines += [
            "\n".join([each.caption, *(" | ".join(row) for row in (each.header, *each.rows))]) for each in part.tables
        ]
        lines += [f"[{each.alternative}]{f' {each.credit}' if each.credit else ''}" for each in part.pictures]
        lines += list(part.after)
    return "\n\n".join(lines) + "\n"


def pdf(document: Document, *, at: dt.datetime) -> bytes:
    """The document as a tagged PDF in French, whatever its texts hold: none is read as markup."""
    with tempfile.TemporaryDirectory() as folder:
        # The images lie beside the template: Typst reads nothing outside of its root.
        template = Path(shutil.copy(TEMPLATE, folder))
        data = {
            "title": shown(document.title),
            "notice": shown(document.notice),
            "publisher": shown(settings.SITE_NAME),
            "day": str(PartialDate.of(timezone.localdate(at))),
            "parts": [_said(part, f"{number}", Path(folder)) for number, part in enumerate(document.parts)],
        }
        made: bytes = typst.compile(
            template,
            root=Path(folder),
            sys_inputs={"data": json.dumps(data)},
            ignore_system_fonts=True,
            pdf_standards=["a-2a", "ua-1"],
            timestamp=at.replace(microsecond=0),
        )
    return made


def shown(text: str) -> str:
    """The text with a question mark for each sign that the embedded fonts do not have: a standard allows no gap."""
    composed = unicodedata.normalize("NFC", text)
    # Marks of direction and joining have no shape.
    shapes = (sign for sign in composed if unicodedata.category(sign) != "Cf")
    return "".join(sign if _has_glyph(sign) else "?" for sign in shapes)


def _said(part: Part, name: str, folder: Path) -> dict[str, Any]:
    return {
        "heading": shown(part.heading),
        "paragraphs": [shown(each) for each in part.paragraphs],
        "items": [shown(each) for each in part.items],
        "after": [shown(each) for each in part.after],
        "tables": [
            {
                "caption": shown(each.caption),
                "header": [shown(cell) for cell in each.header],
                "rows": [[shown(cell) for cell in row] for row in each.rows],
            }
            for each in part.tables
        ],
        "pictures": [
            {
                "name": _laid_out(each, folder / f"{name}-{number}{Path(each.name).suffix.lower()}"),
                "alternative": shown(each.alternative),
                "credit": shown(each.credit),
            }
            for number, each in enumerate(part.pictures)
        ],
    }


def _laid_out(picture: Picture, path: Path) -> str:
    path.write_bytes(picture.content)
    return path.name


def _has_glyph(sign: str) -> bool:
    known = any(first <= sign <= last for first, last in _GLYPHS) or sign == "\n"
    return known and unicodedata.category(sign) not in ("Cn", "Co", "Cs")

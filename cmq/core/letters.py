"""Letters as texts: a template gives the plain text, the HTML twin follows from that text, samples show both.

The text is the reference. A template is `mail/<name>.txt`, its first line the subject; beside it `mail/<name>.json`
holds what it needs to be shown as an example: `_to` and `_when` say to whom and when it is sent.
"""

import base64
import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone

from cmq.core.text import one_line

FOLDER = "mail"
# Readable in any reader, in light and in dark; no image, nothing fetched.
_STYLE = (
    "body{margin:0;padding:1.5rem 1rem;font:1rem/1.6 system-ui,-apple-system,Arial,sans-serif}"
    "main{max-width:38rem;margin:0 auto}h1{font-size:1.25rem;line-height:1.4;margin:0 0 1.25rem}"
    "h2{font-size:1.05rem;line-height:1.4;margin:1.75rem 0 .25rem}"
    "p,ul{margin:0 0 1rem}ul{padding-left:1.25rem}a{overflow-wrap:anywhere}"
)
# What a page that shows a letter may apply: this style and nothing else.
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")


@dataclass(frozen=True)
class Text:
    """A letter without its envelope."""

    subject: str
    text: str

    @property
    def html(self) -> str:
        """The same words as a page: one paragraph a block of lines, lists for lines that begin with a dash."""
        return as_html(self.subject, self.text)


@dataclass(frozen=True)
class Sample:
    """A template shown with made-up values."""

    name: str
    to: str
    when: str
    letter: Text


def render(template: str, context: dict[str, Any]) -> Text:
    """The text of `<template>.txt`, whose first line is the subject."""
    site = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
    subject, _, text = render_to_string(f"{template}.txt", {**site, **context}).strip().partition("\n")
    return Text(one_line(subject)[:200], re.sub(r"\n{3,}", "\n\n", text.strip()))


def as_html(subject: str, text: str) -> str:
    """The HTML twin of a plain letter."""
    return draw("core/letter.html", {"subject": subject, "blocks": _blocks(text)})


def draw(template: str, context: dict[str, Any]) -> str:
    """A page that extends `core/letter.html`, in the look of all letters; `context` has the `subject`."""
    return render_to_string(template, {**context, "style": _STYLE})


def names() -> list[str]:
    """The names of all letters that the product can write."""
    found = {path.stem for folder in _folders() for path in folder.glob("*.txt")}
    return sorted(found)


def sample(name: str) -> Sample:
    """A letter with the made-up values that stand beside its template; without them, its holes stay empty."""
    path = next((folder / f"{name}.json" for folder in _folders() if (folder / f"{name}.json").exists()), None)
    values = _revive(json.loads(path.read_text(encoding="utf-8"))) if path else {}
    return Sample(name, values.pop("_to", ""), values.pop("_when", ""), render(f"{FOLDER}/{name}", values))


def _folders() -> list[Path]:
    """Where templates of letters are: `mail/` of every folder of templates."""
    engine = engines["django"]
    return [Path(folder) / FOLDER for folder in engine.template_dirs if (Path(folder) / FOLDER).is_dir()]


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines: list[tuple[str, str]] = []
        for line in filter(None, map(str.strip, block.split("\n"))):
            is_item = line.startswith("- ")
            lines.append(("list" if is_item else "text", line.removeprefix("- ") if is_item else line))
        for position, (kind, line) in enumerate(lines):
            if position and lines[position - 1][0] == kind:
                blocks[-1][1].append(line)
            else:
                blocks.append((kind, [line]))
    return blocks


def _revive(value: Any) -> Any:
    """JSON with its dates as dates."""
    if isinstance(value, dict):
        return {key: _revive(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_revive(each) for each in value]
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return timezone.make_aware(dt.datetime.fromisoformat(value))
    if isinstance(value, str) and _DAY.fullmatch(value):
        return dt.date.fromisoformat(value)
    return value

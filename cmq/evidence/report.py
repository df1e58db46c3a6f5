"""The annual report of a campus, written from what the rooms of the platform know of a year.

A part that has nothing to say is left out. What is published is this, frozen: `snapshot` gives it as JSON values,
`document` reads them again.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from cmq.campuses.models import Campus
from cmq.core.documents import Document, Part, Picture, Table
from cmq.evidence.models import AnnualReport
from cmq.evidence.sections import BUILDERS, Section

FICTIONAL = "Démonstration : tout ceci est inventé."
DRAFT = "Brouillon : ce rapport n’est pas publié."


def snapshot(annual: AnnualReport, *, on: dt.date) -> dict[str, Any]:
    """All that the report says, as JSON values."""
    campus = annual.campus
    return {
        "campus": campus.name,
        "region": campus.region.name,
        "year": annual.year,
        "is_demo": campus.is_demo,
        "introduction": annual.introduction,
        "conclusion": annual.conclusion,
        "sections": [asdict(section) for section in gather(campus, annual.year, on=on)],
    }


def gather(campus: Campus, year: int, *, on: dt.date) -> list[Section]:
    """The parts that the rooms write of a campus in a year, in their order; empty ones left out."""
    found = (build(campus, year, on) for build in BUILDERS)
    return [section for section in found if section is not None]


def pictures(said: dict[str, Any]) -> list[dict[str, str]]:
    """All the pictures of a report in their order: their rank is their number."""
    return [picture for section in said["sections"] for picture in section["pictures"]]


def keep_pictures(said: dict[str, Any], *, folder: str) -> None:
    """Copy the pictures of a report into a folder of its own: what the rooms take down later stays in the report."""
    for picture in pictures(said):
        with default_storage.open(picture["file"]) as content:
            picture["file"] = default_storage.save(f"{folder}/{Path(picture['file']).name}", content)


def is_kept(picture: dict[str, str]) -> bool:
    """Whether the file of a picture is still there."""
    return default_storage.exists(picture["file"])


def document(said: dict[str, Any], *, is_draft: bool) -> Document:
    """The report of a snapshot as a document to set."""
    notices = [FICTIONAL] if said["is_demo"] else []
    notices += [DRAFT] if is_draft else []
    parts = [Part(paragraphs=[f"{said['campus']}, {said['region']}."])]
    parts += [Part("Introduction", paragraphs(said["introduction"]))] if said["introduction"] else []
    parts += [_part(section) for section in said["sections"]]
    parts += [Part("Conclusion", paragraphs(said["conclusion"]))] if said["conclusion"] else []
    return Document(f"Rapport annuel {said['year']} – {said['campus']}", " ".join(notices), parts)


def paragraphs(text: str) -> list[str]:
    """A typed text as paragraphs: an empty line parts two."""
    return [" ".join(each.split()) for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]


def _part(section: dict[str, Any]) -> Part:
    return Part(
        section["heading"],
        section["paragraphs"],
        section["items"],
        tables=[Table(each["caption"], each["header"], each["rows"]) for each in section["tables"]],
        pictures=list(_pictures(section["pictures"])),
    )


def _pictures(listed: Sequence[dict[str, str]]) -> Iterator[Picture]:
    """Those whose file is still there: a picture taken down since must not stop the report."""
    for each in listed:
        if is_kept(each) and Path(each["file"]).suffix.lower() in (".png", ".jpg", ".jpeg"):
            with default_storage.open(each["file"]) as content:
                yield Picture(each["file"], content.read(), each["alternative"], each["credit"])

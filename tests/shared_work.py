"""The doors of projects, practices and complements, and what stands behind them; read by `doors`."""

import datetime as dt
import io
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from cmq.campuses.models import Campus
from cmq.complements.models import Dismissal, Notice
from cmq.core.rights import Role
from cmq.projects.models import Project, ProjectOwner, ProjectPicture
from tests.cast import Stage

NOBODY: frozenset[Role] = frozenset()
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})

READ = ("espace_projects", "espace_project", "espace_project_picture", "espace_complements", "espace_notices")
READ += ("espace_practices", "espace_practice", "espace_practice_picture")
WRITE = ("espace_project_new", "espace_project_change", "espace_project_move", "espace_project_results")
WRITE += ("espace_project_picture_add", "espace_project_owners", "espace_complement_dismiss")
WRITE += ("espace_notice_new", "espace_notice", "espace_notice_close")
ONLY_POST = ("espace_project_picture_remove", "espace_project_accept", "espace_project_owner_end")
ONLY_POST += ("espace_project_publish", "espace_project_withdraw", "espace_practice_take_up")
ONLY_POST += ("espace_complement_restore",)
# Who reads, who posts.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(READ, (ON_CAMPUS, NOBODY)),
    **dict.fromkeys(WRITE, (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(ONLY_POST, (NOBODY, ON_CAMPUS)),
}
_LISTS = ("espace_projects", "espace_project_new", "espace_practices", "espace_complements", "espace_notices")
_LISTS += ("espace_notice_new",)


def address(stage: Stage, name: str) -> str:
    """The address of a page, about a project, a practice, another campus or a notice."""
    campus = stage.campus
    other = Campus.objects.exclude(pk=campus.pk).order_by("pk")[0]
    return reverse(name, args=[campus.slug, *(() if name in _LISTS else _more(campus, other, name))])


def _more(campus: Campus, other: Campus, name: str) -> tuple[int, ...]:
    if name in ("espace_project_accept", "espace_project_owner_end"):
        theirs = a_project(other)
        asked = {"project": theirs, "campus": campus}
        owner, _ = ProjectOwner.objects.get_or_create(**asked, defaults={"asked_at": timezone.now()})
        return (theirs.pk, owner.pk) if name.endswith("end") else (theirs.pk,)
    if name.startswith("espace_complement"):
        said = {"reason": "Trop loin", "dismissed_at": timezone.now()}
        if name.endswith("restore"):
            Dismissal.objects.get_or_create(campus=campus, other=other, defaults=said)
        return (other.pk,)
    if name.startswith("espace_notice"):
        return (a_notice(campus if name.endswith("close") else other).pk,)
    project = a_project(other if name.startswith("espace_practice") else campus)
    if "picture" not in name or name.endswith("add"):
        return (project.pk,)
    return project.pk, project.pictures.all()[0].pk


def a_project(campus: Campus) -> Project:
    """A practice of the campus, with a picture; always the same."""
    found = Project.objects.filter(campus=campus, slug=f"projet-{campus.pk}").first()
    if found is not None:
        return found
    now, said = timezone.now(), {"title": "Maison témoin", "objective": "Montrer.", "reusable": "Le plan."}
    found = Project.objects.create(
        campus=campus, slug=f"projet-{campus.pk}", state="en_cours", practice_since=now, **said
    )
    ProjectOwner.objects.create(project=found, campus=campus, asked_at=now, accepted_at=now)
    picture = ProjectPicture(project=found, media_type="image/png", width=60, height=40)
    picture.credit, picture.alternative = "Lycée d’essai", "Un rectangle"
    picture.file.save("p.png", ContentFile(a_png()))
    return found


def a_notice(campus: Campus) -> Notice:
    """A need of the campus that stands; always the same."""
    now, said = timezone.now(), {"kind": "besoin", "topic": "lieu", "title": "Un lieu", "text": "Deux jours."}
    until = now + dt.timedelta(days=30)
    return Notice.objects.get_or_create(campus=campus, defaults={"posted_at": now, "expires_at": until, **said})[0]


def a_png(width: int = 60, height: int = 40) -> bytes:
    """A picture."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()

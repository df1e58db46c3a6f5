"""What happens to projects: entered, changed, moved, measured, shown, owned together, offered and taken up."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses.letters import write_to_directors
from cmq.campuses.models import Campus
from cmq.core import pictures
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.partial_dates import PartialDate
from cmq.core.slugs import save_with_free_slug
from cmq.core.text import one_line
from cmq.organisations.models import Organisation
from cmq.projects import rules
from cmq.projects.models import (
    Project,
    ProjectAudience,
    ProjectOwner,
    ProjectPartner,
    ProjectPicture,
    ProjectResult,
    ProjectState,
)
from cmq.projects.rules import ResultRow
from cmq.reference.audiences import Audience

STALE = "Une autre personne a modifié ce projet entre-temps : rechargez la page, rien n’a été enregistré."


@dataclass(frozen=True)
class ProjectTerms:
    """What a project says of itself, but for its state and results."""

    title: str
    objective: str
    audiences: tuple[Audience, ...] = ()
    audience_note: str = ""
    starts_on: PartialDate | None = None
    ends_on: PartialDate | None = None
    budget: Decimal | None = None
    reusable: str = ""
    is_public: bool = False


@dataclass(frozen=True)
class SentPicture:
    """A picture that somebody sends."""

    name: str
    content: "File[bytes]"
    size: int
    credit: str
    alternative: str


@action
def enter_project(
    campus: Campus,
    *,
    terms: ProjectTerms,
    partners: Iterable[Organisation] = (),
    state: ProjectState = ProjectState.IDEA,
    by: User | None,
    at: dt.datetime | None = None,
) -> Project:
    """Enter a project of a campus, internal unless its terms say otherwise. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, campus))
    at = at or timezone.now()
    project = Project(campus=campus, state=state)
    _write(project, terms)
    ProjectOwner.objects.create(project=project, campus=campus, asked_at=at, accepted_at=at)
    _set_partners(project, list(partners), on=timezone.localdate(at))
    _record(project, "projects.enter", f"Projet inscrit : {project}.")
    return project


@action
def change_project(
    project: Project,
    *,
    terms: ProjectTerms,
    partners: Iterable[Organisation] | None = None,
    version: int,
    by: User | None,
    on: dt.date | None = None,
) -> Project:
    """Change what a project says, its partners, or whether it is shown to everyone.

    Args:
        partners: all of them; None leaves them as they are.
        version: the one that the person saw.
    Raises `NotAllowed`, `Refusal`.
    """
    project = _locked(project, by=by)
    require(version == project.version, STALE)
    require(project.practice_since is None or terms.reusable.strip(), "Une pratique dit ce que d’autres réutilisent.")
    before, was_public = _told(project), project.is_public
    _write(project, terms)
    if partners is not None:
        _set_partners(project, list(partners), on=on or timezone.localdate())
    after = _told(project)
    diff = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    said = f"Projet modifié : {project}."
    if was_public != project.is_public:
        said += " Il est maintenant montré à tous." if project.is_public else " Il redevient interne."
    _record(project, "projects.change", said, was_public=was_public, diff=diff)
    return project


@action
def move_project(project: Project, *, to: ProjectState, reason: str = "", by: User | None) -> Project:
    """Move a project to another state. Raises `NotAllowed`, `Refusal` for a move that the table does not know."""
    project = _locked(project, by=by)
    labels = ", ".join(state.label.lower() for state in rules.next_states(project))
    require(
        to in rules.next_states(project),
        f"Un projet « {project.get_state_display().lower()} » ne devient pas « {to.label.lower()} » : {labels}.",
    )
    reason = one_line(reason)[:200]
    if to is ProjectState.ABANDONED:
        require(reason, "Dites pourquoi ce projet est abandonné : les autres campus en tireront parti.")
        require(project.practice_since is None, "Retirez d’abord ce projet des pratiques.")
    require(to is not ProjectState.IDEA or project.practice_since is None, "Retirez d’abord ce projet des pratiques.")
    diff = {"state": [project.state, to.value]}
    project.state = to
    _step(project, "state")
    said = f"Projet « {project} » : {to.label.lower()}.{f' Motif : {reason}' if reason else ''}"
    _record(project, "projects.move", said, diff=diff)
    return project


@action
def set_results(project: Project, *, rows: Sequence[ResultRow], version: int, by: User | None) -> Project:
    """Give the results of a project, all at once. `version` is the one seen. Raises `NotAllowed`, `Refusal`."""
    project = _locked(project, by=by)
    require(version == project.version, STALE)
    clean = [ResultRow(one_line(row.indicator), one_line(row.unit), row.target, row.reached) for row in rows]
    rules.check_results(clean)
    before = _figures(project)
    project.results.all().delete()
    ProjectResult.objects.bulk_create(
        ProjectResult(project=project, indicator=row.indicator, unit=row.unit, target=row.target, reached=row.reached)
        for row in clean
    )
    _step(project)
    said = f"Résultats du projet « {project} » tenus à jour."
    _record(project, "projects.set_results", said, diff={"results": [before, _figures(project)]})
    return project


@action
def add_picture(project: Project, *, picture: SentPicture, by: User | None) -> ProjectPicture:
    """Add a picture, drawn anew without its metadata. Raises `NotAllowed`, `Refusal`."""
    project = _locked(project, by=by)
    credit, alternative = one_line(picture.credit), one_line(picture.alternative)
    require(credit, "Dites de qui est l’image.")
    require(alternative, "Décrivez l’image pour les personnes qui ne la voient pas.")
    require(len(credit) <= 150, "Le crédit a 150 signes au plus.")
    require(len(alternative) <= 300, "La description a 300 signes au plus.")
    require(project.pictures.count() < rules.MOST_PICTURES, f"{rules.MOST_PICTURES} images au plus par projet.")
    clean = pictures.cleaned(picture.name, picture.content, size=picture.size)
    kept = ProjectPicture(
        project=project,
        media_type=clean.media_type,
        width=clean.width,
        height=clean.height,
        credit=credit,
        alternative=alternative,
    )
    kept.file.save(clean.stored_name, clean.content, save=False)
    kept.save()
    _record(project, "projects.add_picture", f"Image ajoutée au projet « {project} » : {alternative}.")
    return kept


@action
def remove_picture(picture: ProjectPicture, *, by: User) -> None:
    """Take a picture off a project; its file goes when that is committed. Raises `NotAllowed`."""
    project = _locked(picture.project, by=by)
    storage, name = picture.file.storage, picture.file.name
    alternative = picture.alternative
    picture.delete()
    transaction.on_commit(lambda: storage.delete(name) if name else None)
    _record(project, "projects.remove_picture", f"Image retirée du projet « {project} » : {alternative}.")


@action
def ask_owner(project: Project, campus: Campus, *, by: User | None, at: dt.datetime | None = None) -> ProjectOwner:
    """Ask another campus to own the project too: its directors get a letter, it has to accept.

    Raises `NotAllowed`, `Refusal`.
    """
    project, at = _locked(project, by=by), at or timezone.now()
    require(campus.is_demo == project.campus.is_demo, "Ce campus n’est pas au registre.")
    owner, is_new = ProjectOwner.objects.get_or_create(project=project, campus=campus, defaults={"asked_at": at})
    known = "porte déjà ce projet" if owner.accepted_at else "n’a pas encore répondu"
    require(is_new, f"{campus} {known}.")
    record(project, "projects.ask_owner", f"Projet « {project} » : proposé aussi à {campus}.", is_private=True)
    context: dict[str, object] = {"project": project, "campus": campus, "link": _workspace(campus)}
    event = f"project-owner:{owner.pk}"
    write_to_directors(campus, "mail/project_owner_asked", context, event=event, on=timezone.localdate(at), but=by)
    return owner


@action
def accept_owner(owner: ProjectOwner, *, by: User | None, at: dt.datetime | None = None) -> ProjectOwner:
    """The campus that was asked owns the project too. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_edit(by, owner.campus))
    owner = ProjectOwner.objects.select_for_update(of=("self",)).select_related("project", "campus").get(pk=owner.pk)
    require(owner.accepted_at is None, "Votre campus porte déjà ce projet.")
    owner.accepted_at = at or timezone.now()
    owner.save(update_fields=["accepted_at"])
    _record(owner.project, "projects.accept_owner", f"Projet « {owner.project} » : {owner.campus} le porte aussi.")
    return owner


@action
def end_owner(owner: ProjectOwner, *, by: User) -> None:
    """A campus refuses a project or leaves it, or is no longer asked. Raises `NotAllowed`, `Refusal`."""
    project = owner.project
    may = rules.can_edit(by, owner.campus) or (owner.accepted_at is None and rules.can_edit_project(by, project))
    require_right(may)
    require(owner.campus_id != project.campus_id, "Le campus qui a inscrit le projet le garde.")
    did = "ne le porte plus" if owner.accepted_at else "ne le porte pas"
    campus = owner.campus
    owner.delete()
    _record(project, "projects.end_owner", f"Projet « {project} » : {campus} {did}.")


@action
def publish_practice(project: Project, *, by: User | None, at: dt.datetime | None = None) -> Project:
    """Offer a project to the other campuses as a practice. Raises `NotAllowed`, `Refusal`."""
    project = _locked(project, by=by)
    require(project.practice_since is None, "Ce projet est déjà une pratique.")
    reason = rules.why_not_practice(project)
    require(not reason, reason)
    project.practice_since = at or timezone.now()
    _step(project, "practice_since")
    _record(project, "projects.publish_practice", f"Projet « {project} » proposé comme pratique aux autres campus.")
    return project


@action
def withdraw_practice(project: Project, *, by: User) -> Project:
    """Offer a project no longer; those that took it up keep their thanks. Raises `NotAllowed`, `Refusal`."""
    project = _locked(project, by=by)
    require(project.practice_since is not None, "Ce projet n’est pas une pratique.")
    project.practice_since = None
    _step(project, "practice_since")
    _record(project, "projects.withdraw_practice", f"Projet « {project} » retiré des pratiques.")
    return project


@action
def take_up(practice: Project, campus: Campus, *, by: User | None, at: dt.datetime | None = None) -> Project:
    """Start a project of a campus from another's practice; the thanks stay as a link. Raises `NotAllowed`, `Refusal`.

    The directors of the campuses whose practice it is get a letter.
    What is copied is what can be reused: not the dates, the money, the results or the pictures.
    """
    require_right(by is None or rules.can_edit(by, campus))
    # The campus is the lock: of two clicks at once, the second sees the first.
    campus = Campus.objects.select_for_update(of=("self",)).get(pk=campus.pk)
    practice = Project.objects.select_related("campus").get(pk=practice.pk)
    require(practice.practice_since is not None, "Ce projet n’est plus proposé comme pratique.")
    require(campus.is_demo == practice.campus.is_demo, "Cette pratique n’est pas proposée à votre campus.")
    is_own = practice.owners.filter(campus=campus).exists()
    require(not is_own, "Cette pratique est déjà celle de votre campus.")
    require(
        not Project.objects.of(campus).filter(inspired_by=practice).exists(),
        "Votre campus a déjà un projet qui reprend cette pratique.",
    )
    terms = ProjectTerms(
        title=practice.title,
        objective=practice.objective,
        audiences=tuple(Audience(each.audience) for each in practice.audiences.all()),
        audience_note=practice.audience_note,
    )
    project = enter_project(campus, terms=terms, by=by, at=at)
    project.inspired_by = practice
    project.save(update_fields=["inspired_by"])
    thanks = f"« {practice} » de {practice.campus} est repris par {campus}, avec ses remerciements."
    _record(practice, "projects.take_up", thanks)
    _tell_taken_up(practice, project, on=timezone.localdate(at or timezone.now()), by=by)
    return project


def _tell_taken_up(practice: Project, project: Project, *, on: dt.date, by: User | None) -> None:
    for owner in practice.owners.accepted().select_related("campus"):
        link = f"{_workspace(owner.campus)}{practice.pk}/"
        context: dict[str, object] = {"practice": practice, "campus": project.campus, "link": link}
        event = f"practice-taken:{project.pk}:{owner.campus_id}"
        write_to_directors(owner.campus, "mail/practice_taken_up", context, event=event, on=on, but=by)


def _workspace(campus: Campus) -> str:
    return f"{settings.SITE_URL}/espace/campus/{campus.slug}/projets/"


def _locked(project: Project, *, by: User | None) -> Project:
    require_right(by is None or rules.can_edit_project(by, project))
    return Project.objects.select_for_update(of=("self",)).select_related("campus").get(pk=project.pk)


def _step(project: Project, *fields: str) -> None:
    project.version += 1
    project.save(update_fields=[*fields, "version"])


def _write(project: Project, terms: ProjectTerms) -> None:
    _check(terms)
    is_new = project.pk is None
    project.title, project.audience_note = one_line(terms.title), one_line(terms.audience_note)
    project.objective, project.reusable = terms.objective.strip(), terms.reusable.strip()
    for name in ("starts_on", "ends_on", "budget", "is_public"):
        setattr(project, name, getattr(terms, name))
    if is_new:
        save_with_free_slug(project, project.title, default="projet")
    else:
        project.version += 1
        project.save()
    project.audiences.all().delete()
    chosen = sorted(set(terms.audiences), key=Audience.values.index)
    ProjectAudience.objects.bulk_create(ProjectAudience(project=project, audience=each) for each in chosen)


def _check(terms: ProjectTerms) -> None:
    require(one_line(terms.title), "Donnez un titre au projet.")
    require(terms.objective.strip(), "Dites l’objectif du projet.")
    for name, limit, what in (
        ("title", 200, "Le titre"),
        ("objective", 5000, "L’objectif"),
        ("audience_note", 300, "La précision sur le public"),
        ("reusable", 5000, "Ce que d’autres peuvent réutiliser"),
    ):
        require(len(getattr(terms, name).strip()) <= limit, f"{what} : {limit} signes au plus.")
    in_order = terms.starts_on is None or terms.ends_on is None or terms.starts_on.first <= terms.ends_on.last
    require(in_order, "Le projet finit avant de commencer.")
    rules.check_budget(terms.budget)


def _set_partners(project: Project, partners: list[Organisation], *, on: dt.date) -> None:
    """Members of the campuses that own it; one that has left stays cited where it was."""
    owners = [owner.campus for owner in project.owners.accepted().select_related("campus")]
    known = {each.pk for each in rules.possible_partners(owners, on=on)}
    cited = set(project.partners.values_list("organisation", flat=True))
    for organisation in partners:
        good = organisation.pk in known | cited
        require(good, f"{organisation} n’est pas, ou n’est plus, membre d’un campus qui porte le projet.")
    wanted = {organisation.pk for organisation in partners}
    project.partners.exclude(organisation__in=wanted).delete()
    new = sorted(wanted - cited)
    ProjectPartner.objects.bulk_create(ProjectPartner(project=project, organisation_id=each) for each in new)


def _told(project: Project) -> dict[str, Any]:
    """What the history compares."""
    return {
        "title": project.title,
        "objective": project.objective,
        "reusable": project.reusable,
        "starts_on": project.starts_on.iso if project.starts_on else None,
        "ends_on": project.ends_on.iso if project.ends_on else None,
        "budget": None if project.budget is None else str(project.budget),
        "is_public": project.is_public,
        "audiences": list(project.audiences.values_list("audience", flat=True)),
        "partners": sorted(project.partners.values_list("organisation__name", flat=True)),
    }


def _figures(project: Project) -> list[list[str | None]]:
    rows = project.results.values_list("indicator", "unit", "target", "reached")
    return [[None if value is None else str(value) for value in row] for row in rows]


def _record(
    project: Project, act: str, summary: str, *, was_public: bool = False, diff: dict[str, Any] | None = None
) -> None:
    """An internal project changes no public page."""
    hidden = not (project.is_public or was_public)
    record(project, act, f"{project.campus} – {summary}", diff=diff, is_private=hidden)

"""The lists that change, as Atom, narrowed as their pages are; 400 for a part without meaning."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.catalogue import listing
from cmq.catalogue.models import Course
from cmq.core.feed import changed_at
from cmq.labels.models import LabelDecision
from cmq.opendata import freshness
from cmq.opendata.datasets import DATASETS
from cmq.projects.models import Project
from cmq.reference.models import Region
from cmq.tours.models import Stop
from cmq.trainings.models import Training
from cmq.web.atom import MOST, Entry, marked, newest, respond
from cmq.web.public import changes, directory, projects, tours
from cmq.web.public.common import public


def _refused(problems: Iterable[str]) -> HttpResponse:
    return HttpResponse("\n".join(problems), status=400, content_type="text/plain; charset=utf-8")


def _page(name: str, query: str = "") -> str:
    return f"{reverse(name)}?{query}".rstrip("?")


@public
def campuses(request: HttpRequest) -> HttpResponse:
    """The campuses of which the register has last changed something."""
    selection, problems, results = directory.chosen(request)
    if problems:
        return _refused(problem.message for problem in problems)
    moved = changes.of_campuses()
    entries = [
        Entry(
            marked(row.name, is_demo=row.is_demo),
            row.url,
            updated=moved[row.pk],
            summary=", ".join(filter(None, (row.category_label, row.region.name, str(row.state.label)))),
            categories=((row.filiere.slug, row.filiere.name),) if row.filiere else (),
        )
        for row in (hit.row for hit in results.hits)
        if row.pk in moved
    ]
    return respond(request, newest(entries), title="Campus", page=_page("directory", selection.query(page=1)))


@public
def decisions(request: HttpRequest) -> HttpResponse:
    """The last decisions on labels that entered the register, of all or of one region; no fictional one."""
    slug = request.GET.get("region", "")
    region = Region.objects.filter(slug=slug).first() if slug else None
    if slug and region is None:
        return _refused(["Cette région n’existe pas."])
    listed = LabelDecision.objects.standing().exclude(campus__is_demo=True).select_related("campus", "region")
    listed = listed.filter(region=region) if region else listed
    rows = list(listed.order_by("-pk")[:MOST])
    moved = changed_at(LabelDecision, [row.pk for row in rows])
    page = reverse("region", args=[region.slug]) if region else reverse("directory")
    title = f"Décisions de label{f' : {region}' if region else ''}"
    return respond(
        request, newest(_decision(row, moved) for row in rows if str(row.pk) in moved), title=title, page=page
    )


def _decision(row: LabelDecision, moved: dict[str, dt.datetime]) -> Entry:
    name = row.campus.name if row.campus else row.claimed_name
    act = ", ".join(filter(None, (row.act, row.nor)))
    return Entry(
        f"{name} : {row.get_kind_display()}",
        row.campus.get_absolute_url() if row.campus else reverse("region", args=[row.region.slug]),
        updated=moved[str(row.pk)],
        summary=f"{row.decided_on} ({row.get_date_nature_display()}), {row.region}{f'. {act}' if act else ''}",
        key=f"/labels/#{row.pk}",
        categories=((row.kind, row.get_kind_display()),),
    )


@public
def projects_feed(request: HttpRequest) -> HttpResponse:
    """The public projects that last changed, narrowed as the list is."""
    q, chosen, problems = projects.read(request.GET.dict(), projects.labels_of_choices())
    if problems:
        return _refused(problems)
    found = projects.answering(q, chosen)
    moved = changed_at(Project, [project.pk for project in found])
    entries = [
        Entry(
            marked(project.title, is_demo=project.campus.is_demo),
            project.get_absolute_url(),
            updated=moved[str(project.pk)],
            summary=project.objective[:500],
            key=f"/projets/#{project.pk}",
            author=project.campus.name,
            categories=((project.state, project.get_state_display()),),
        )
        for project in found
        if str(project.pk) in moved
    ]
    page = _page("projects", urlencode({**({"q": q} if q else {}), **chosen}))
    return respond(request, newest(entries), title="Projets des campus", page=page)


@public
def courses_feed(request: HttpRequest) -> HttpResponse:
    """The trainings at places that came last, narrowed as the list is."""
    choice = listing.parse(request.GET.dict())
    if choice.problems:
        return _refused(choice.problems)
    last = sorted((each.pk for each in listing.select(choice)), reverse=True)[:MOST]
    rows = Course.objects.for_list().in_bulk(last)
    moved = changed_at(Course, last)
    entries = [
        Entry(
            marked(row.title, is_demo=row.is_demo),
            row.get_absolute_url(),
            updated=moved[str(pk)],
            summary=", ".join(filter(None, (row.place_name, row.diploma, str(row.commune or "")))),
            key=f"/formations/#{pk}",
        )
        for pk, row in rows.items()
        if str(pk) in moved
    ]
    return respond(request, newest(entries), title="Formations", page=_page("courses", choice.query))


@public
def trainings_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The trainings on offer in the network of a campus, the last changed first."""
    campus = get_object_or_404(Campus, slug=slug)
    found = Training.objects.of(campus).on_offer(timezone.localdate()).for_list()
    moved = changed_at(Training, [each.pk for each in found])
    entries = [
        Entry(
            marked(each.title, is_demo=each.campus.is_demo),
            each.get_absolute_url(),
            updated=moved[str(each.pk)],
            summary=", ".join(filter(None, (each.organisation.name, each.diploma, str(each.commune or "")))),
        )
        for each in found
        if str(each.pk) in moved
    ]
    page = reverse("trainings", args=[slug])
    return respond(request, newest(entries), title=f"Formations – {campus.name}", page=page)


@public
def agenda_feed(request: HttpRequest) -> HttpResponse:
    """The stops to come that last changed, narrowed as the agenda is."""
    choice, stops = tours.chosen(request)
    if choice.problems:
        return _refused(choice.problems)
    tours.until_one_turns(request, stops)
    moved = changed_at(Stop, [stop.pk for stop in stops])
    entries = [
        Entry(
            marked(f"{stop.tour} – {stop.commune.name}", is_demo=stop.tour.campus.is_demo),
            stop.get_absolute_url(),
            updated=moved[str(stop.pk)],
            summary=f"{stop.starts:%d/%m/%Y %H:%M}, {stop.place}. {stop.get_state_display()}.",
            author=stop.tour.campus.name,
        )
        for stop in stops
        if str(stop.pk) in moved
    ]
    return respond(request, newest(entries), title="Agenda des campus", page=_page("agenda", choice.query))


@public
def occupations_feed(request: HttpRequest) -> HttpResponse:
    """The job sheets that last changed: a new edition of the ROME, a word of our editors."""
    rows = {row.code: row for row in Occupation.objects.filter(is_obsolete=False).defer("access")}
    moved = changed_at(Occupation, list(rows))
    entries = [
        Entry(
            row.title,
            row.get_absolute_url(),
            updated=moved[code],
            summary=row.definition[:500],
            key=f"/metiers/#{code}",
        )
        for code, row in rows.items()
        if code in moved
    ]
    return respond(request, newest(entries), title="Fiches métiers", page=reverse("occupations"))


@public
def datasets_feed(request: HttpRequest) -> HttpResponse:
    """The datasets, the last changed first: each change of what one holds is a new instant of its entry."""
    moved = {name: freshness.last_changed(each) for name, each in DATASETS.items()}
    entries = [
        Entry(DATASETS[name].title, reverse("dataset", args=[name]), updated=at, summary=DATASETS[name].description)
        for name, at in moved.items()
        if at
    ]
    return respond(request, newest(entries), title="Données ouvertes", page=reverse("open_data"))

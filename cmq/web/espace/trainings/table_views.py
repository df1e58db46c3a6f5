"""Many trainings at once: a table sent, what it would do, then its good rows written."""

from typing import Any

from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cmq.imports.empty import empty_csv, empty_workbook
from cmq.imports.models import TrainingImport
from cmq.imports.training_actions import apply_trainings, receive_trainings
from cmq.imports.trainings import MOST_TRAININGS, TRAININGS
from cmq.web.espace.access import READ, READ_AND_ACT, campus_for, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.register_forms import FileForm
from cmq.web.espace.views.imports import XLSX

PER_PAGE = 100


@logged_in(*READ_AND_ACT)
def send(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a table of trainings; nothing is written yet."""
    campus, person = campus_for(request, slug), person_of(request)
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    received: list[TrainingImport] = []

    def receive(data: dict[str, Any]) -> None:
        file = data["file"]
        received.append(receive_trainings(campus, name=file.name, content=file.read(), by=person))

    if submit(request, form, receive):
        return redirect("espace_trainings_sent", campus.slug, received[0].pk)
    waiting = TrainingImport.objects.filter(campus=campus, applied_at=None).defer("content", "report")
    context = {"campus": campus, "sheet": TRAININGS, "most": MOST_TRAININGS, "waiting": waiting}
    return page(request, "espace/trainings/send.html", context, form=form)


@logged_in(*READ_AND_ACT)
def sent(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What a table would do, the bad rows first; a POST writes the good ones."""
    campus, person = campus_for(request, slug), person_of(request)
    found = get_object_or_404(TrainingImport.objects.select_related("campus"), pk=pk, campus=campus)
    form, told = Form(posted(request)), []
    if submit(request, form, lambda data: told.append(apply_trainings(found, by=person).summary)):
        return done(request, told[0], "espace_trainings", campus.slug)
    lines, errors = found.report["lines"], found.report["errors"]
    context = {
        "campus": campus,
        "sent": found,
        "count": len(lines),
        "bad": len({error["row"] for error in errors}),
        "errors": errors[:1000],
        "page": Paginator(lines, PER_PAGE).get_page(request.GET.get("page")),
    }
    return page(request, "espace/trainings/sent.html", context, form=form)


@logged_in(*READ)
def workbook(request: HttpRequest, slug: str) -> HttpResponse:
    """The empty workbook to fill."""
    campus_for(request, slug)
    return _file(empty_workbook([TRAININGS]), XLSX, "modele-formations.xlsx")


@logged_in(*READ)
def empty(request: HttpRequest, slug: str) -> HttpResponse:
    """The empty CSV to fill."""
    campus_for(request, slug)
    return _file(empty_csv(TRAININGS), "text/csv; charset=utf-8", "modele-formations.csv")


def _file(content: bytes, content_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

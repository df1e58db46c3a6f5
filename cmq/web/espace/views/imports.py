"""Tables sent to the register: checked at once, applied when a keeper has read what they would change."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cmq.imports import actions, rules
from cmq.imports.empty import WORKBOOK_NAME, empty_workbook
from cmq.imports.models import ImportState, RegisterImport
from cmq.imports.template import SHEETS
from cmq.web.espace.access import READ, READ_AND_ACT, allow, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.register_forms import FileForm

PER_PAGE = 25
MOST_LINES = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@logged_in(*READ_AND_ACT)
def imports(request: HttpRequest) -> HttpResponse:
    """Send a table, and see those sent before."""
    allow(rules.can_import(request.user))
    form = FileForm(posted(request), request.FILES if request.method == "POST" else None)
    received = []

    def receive(data: dict[str, Any]) -> None:
        file = data["file"]
        received.append(actions.receive_file(file.name, file.read(), by=person_of(request)))

    if submit(request, form, receive):
        return redirect("registre_import", received[0].pk)
    listed = RegisterImport.objects.defer("content").select_related("uploaded_by").order_by("-pk")
    shown = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/register/imports.html", {"page": shown, "sheets": SHEETS}, form=form)


@logged_in(*READ_AND_ACT)
def one_import(request: HttpRequest, pk: int) -> HttpResponse:
    """What a table would change, or has changed; a POST applies it."""
    allow(rules.can_import(request.user))
    sent = get_object_or_404(RegisterImport.objects.defer("content").select_related("uploaded_by"), pk=pk)
    form = forms.Form(posted(request))
    if submit(request, form, lambda data: actions.apply_import(sent, by=person_of(request))):
        return done(request, "Import appliqué.", "registre_import", pk)
    outcome = sent.outcome
    heaps = (outcome.created, outcome.changed, outcome.unchanged)
    names = sorted({name for heap in heaps for name in heap})
    context = {
        "sent": sent,
        "outcome": outcome,
        "counts": [(name, *(heap.get(name, 0) for heap in heaps)) for name in names],
        "lines": [line for line in outcome.lines if line.what != "inchange"][:MOST_LINES],
        "most_lines": MOST_LINES,
        "may_apply": sent.state == ImportState.CHECKED,
    }
    return page(request, "espace/register/import.html", context, form=form)


@logged_in(*READ)
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook to fill."""
    allow(rules.can_import(request.user))
    response = HttpResponse(empty_workbook(), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{WORKBOOK_NAME}"'
    return response

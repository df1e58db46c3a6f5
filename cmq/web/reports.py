"""The annual report of a campus, for its page and as a download."""

from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cmq.core import documents
from cmq.evidence import report
from cmq.web.downloads import as_file


def as_pdf(said: dict[str, Any], name: str, *, is_draft: bool) -> HttpResponse:
    """A report as a tagged PDF to download."""
    made = documents.pdf(report.document(said, is_draft=is_draft), at=timezone.now())
    answer = HttpResponse(made, content_type="application/pdf")
    answer.headers["Content-Disposition"] = as_file(f"{name}.pdf")
    return answer


def with_addresses(said: dict[str, Any], name: str, *args: object) -> dict[str, Any]:
    """A report whose pictures know their address, that of the page `name` with their number."""
    for number, picture in enumerate(report.pictures(said)):
        picture["url"] = reverse(name, args=[*args, number]) if report.is_kept(picture) else ""
    return said


def picture(said: dict[str, Any], number: int) -> HttpResponse:
    """One picture of a report. Raises Http404."""
    listed = report.pictures(said)
    if number >= len(listed) or not report.is_kept(listed[number]):
        raise Http404
    name = listed[number]["file"]
    with default_storage.open(name) as content:
        answer = HttpResponse(content.read(), content_type="image/png" if name.endswith(".png") else "image/jpeg")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer

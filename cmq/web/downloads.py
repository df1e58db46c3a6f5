"""Files that go out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from cmq.core.cells import cell


def stored(file: FieldFile, *, name: str, size: int) -> HttpResponse:
    """A document that somebody sent, always as a download: it never opens as a page of ours. Raises Http404."""
    if not file:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = HttpResponse(content.chunks(), content_type="application/octet-stream")
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def spreadsheet(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """CSV for spreadsheets in French: UTF-8 with BOM, « ; », decimal comma, nothing that runs as a formula."""
    answer = HttpResponse(as_csv(header, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    return answer


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The text of such a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()

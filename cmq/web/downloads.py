"""Files that go out."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header

from cmq.core.cells import cell
from cmq.core.text import one_line

LASTS = 120  # seconds
SALT = "cmq.download"


def stored(request: HttpRequest, file: FieldFile, *, name: str, size: int) -> HttpResponse:
    """Lead somebody who may read a document, which the caller has looked at, to where it is: an address that serves
    them alone, for two minutes. Raises Http404 when there is none.

    Args:
        name: as the reader's machine will call it; size: in bytes.
    """
    if not file:
        raise Http404
    said = {"file": file.name, "name": name, "size": size, "person": request.user.pk}
    answer = redirect("espace_download", signing.dumps(said, salt=SALT, compress=True))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def given(request: HttpRequest, token: str) -> HttpResponse:
    """The document of such an address, always as a download: it never opens as a page of ours. Raises Http404, and
    PermissionDenied for an address whose time is over."""
    try:
        said = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.SignatureExpired as error:
        raise PermissionDenied("Ce lien ne sert plus : reprenez le document dans la page où il est.") from error
    except signing.BadSignature as error:
        raise Http404 from error
    if said["person"] != request.user.pk:
        raise Http404
    try:
        content = default_storage.open(said["file"], "rb")
    except FileNotFoundError as error:
        raise Http404 from error
    with content:
        answer = HttpResponse(content.chunks(), content_type="application/octet-stream")
    answer.headers["Content-Length"] = str(said["size"])
    answer.headers["Content-Disposition"] = as_file(said["name"])
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    # An address that opens something is told to nobody.
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def as_file(name: str) -> str:
    """The `Content-Disposition` of what is kept as a file, whatever its name holds (RFC 6266)."""
    # The library lets one line end at the end of a name through, which no header may hold.
    return str(content_disposition_header(as_attachment=True, filename=one_line(name)))


def spreadsheet(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """CSV for spreadsheets in French: UTF-8 with BOM, « ; », decimal comma, nothing that runs as a formula."""
    answer = HttpResponse(as_csv(header, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = as_file(name)
    return answer


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The text of such a file."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return "\ufeff" + out.getvalue()

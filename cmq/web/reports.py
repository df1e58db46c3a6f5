"""The annual report of a campus, for its page and as a download."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from cmq.core import documents
from cmq.evidence import report


def as_pdf(said: dict[str, Any], name: str, *, is_draft: bool) -> HttpResponse:
    """A report as a tagged PDF to download."""
    made = documents.pdf(report.document(said, is_draft=is_draft), at=timezone.now())
    answer = HttpResponse(made, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.pdf")
    answer.headers["Content-Disposition"] = str(disposition)
    return answer

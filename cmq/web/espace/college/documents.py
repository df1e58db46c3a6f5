"""Texts to download: the minutes of a meeting, the draft of an order."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header


def document(request: HttpRequest, template: str, context: dict[str, Any], name: str) -> HttpResponse:
    """A text of a template, as a download."""
    text = re.sub(r"\n{3,}", "\n\n", render_to_string(template, context, request)).strip() + "\n"
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer

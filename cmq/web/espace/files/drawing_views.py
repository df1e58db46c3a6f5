"""What the life of a campus proposes to the file that it writes."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.applications import rules
from cmq.campuses.rules import can_edit as can_edit_campus
from cmq.renewals.drawing import insert_paragraph
from cmq.renewals.prefill import last_award, paragraphs
from cmq.web.espace.access import READ_AND_ACT, allow, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.files.doors import file_for, section_of
from cmq.web.espace.files.views import NOT_YOURS


class InsertForm(forms.Form):
    """One of the proposed paragraphs, and the text as the person saw it."""

    key = forms.CharField(max_length=80)
    version = forms.IntegerField()


@logged_in(*READ_AND_ACT)
def proposals(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Paragraphs for one part, each with its source and what changed; a POST inserts one."""
    application, person = file_for(request, reference), person_of(request)
    may_draw = rules.can_write(person, application) and can_edit_campus(person, application.campus)
    allow(may_draw, NOT_YOURS)
    part = section_of(application, position)
    form = InsertForm(posted(request))
    if submit(request, form, lambda data: insert_paragraph(part, by=person, **data)):
        return done(
            request, "Paragraphe inséré à la fin de la partie : relisez-le.", "file_section", reference, position
        )
    today = timezone.localdate()
    context = {
        "application": application,
        "campus": application.campus,
        "part": part,
        "paragraphs": paragraphs(part, on=today),
        "since": last_award(application.campus, on=today),
        "inserted": set(part.drawn_from.values_list("key", flat=True)),
        "is_open": rules.is_open_to_writing(application, part),
    }
    return page(request, "espace/files/proposals.html", context, form=form)

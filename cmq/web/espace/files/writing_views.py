"""The parts of a file, written by several hands; its documents."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from cmq.applications import rules
from cmq.applications.actions import attachments, writing
from cmq.applications.models import Attachment, Comment, SectionRevision
from cmq.campuses.rules import can_edit as can_edit_campus
from cmq.core.differences import differences
from cmq.core.errors import Refusal
from cmq.web import downloads
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    allow,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.files.doors import file_for, section_of
from cmq.web.espace.files.forms import AttachmentForm, CommentForm, SectionForm
from cmq.web.espace.files.views import NOT_YOURS


@logged_in(*READ_AND_ACT)
def section(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """One part: its text, to write when it is open, and the comments on it."""
    application, person = file_for(request, reference), person_of(request)
    part = section_of(application, position)
    writes = rules.can_write(person, application)
    allow(request.method != "POST" or writes, NOT_YOURS)
    form = SectionForm(posted(request), initial={"text": part.text, "version": part.version})
    overtaken: list[writing.Overtaken] = []

    def save(data: dict[str, Any]) -> None:
        try:
            writing.save_section(part, text=data["text"], version=data["version"], by=person)
        except writing.Overtaken as refusal:
            overtaken.append(refusal)
            raise

    if submit(request, form, save):
        return done(request, "Partie enregistrée.", "file_section", reference, position)
    is_open = writes and rules.is_open_to_writing(application, part)
    if is_open:
        writing.be_present(part, person)
    context: dict[str, Any] = {
        "application": application,
        "campus": application.campus,
        "part": part,
        "is_open": is_open,
        "may_comment": writes and not application.is_over,
        "comment_form": CommentForm(),
        # Among those who write: neither the experts nor the authorities read how the text came about.
        "comments": part.comments.select_related("person") if writes else [],
        "may_draw": is_open and can_edit_campus(person, application.campus),
        "drawn_from": part.drawn_from.all() if writes else [],
        "others": writing.others_present(part, person),
        "since_last_file": differences(part.earlier_text, part.text) if part.earlier_text else [],
        "neighbours": application.sections.filter(position__in=[position - 1, position + 1]),
    }
    if overtaken:
        context["overtaken"] = overtaken[0]
        context["between"] = differences(overtaken[0].theirs, form.cleaned_data["text"])
        context["kept_form"] = SectionForm(initial={"text": form.cleaned_data["text"], "version": overtaken[0].version})
    return page(request, "espace/files/section.html", context, form=form)


@logged_in(*ACT)
def autosave(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Save while somebody types; 409 with the other text when the same words were written meanwhile."""
    application, person = file_for(request, reference), person_of(request)
    part = section_of(application, position)
    allow(rules.can_write(person, application), NOT_YOURS)
    form = SectionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"message": "Texte illisible : rechargez la page."}, status=422)
    try:
        saved = writing.save_section(part, **form.cleaned_data, by=person)
    except writing.Overtaken as refusal:
        return JsonResponse({"message": str(refusal), "theirs": refusal.theirs}, status=409)
    except Refusal as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    writing.be_present(part, person)
    merged = saved.text if saved.text != form.cleaned_data["text"].replace("\r\n", "\n").strip() else None
    return JsonResponse({"version": saved.version, "text": merged})


@logged_in(*READ)
def presence(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Who else is writing this part; asking says that I am."""
    application, person = file_for(request, reference), person_of(request)
    part = section_of(application, position)
    if rules.can_write(person, application) and rules.is_open_to_writing(application, part):
        writing.be_present(part, person)
    names = [str(each) for each in writing.others_present(part, person)]
    return JsonResponse({"present": names, "version": part.version})


@logged_in(*READ)
def versions(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Every version of a part, and what one changed."""
    application = file_for(request, reference)
    part = section_of(application, position)
    revisions = list(part.revisions.select_related("by").defer("text"))
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 9 else part.version
    texts = dict(
        SectionRevision.objects.filter(section=part, version__in=[number, number - 1]).values_list("version", "text")
    )
    if number not in texts:
        raise Http404
    context = {
        "application": application,
        "campus": application.campus,
        "part": part,
        "revisions": revisions,
        "shown": next(each for each in revisions if each.version == number),
        "changed": differences(texts.get(number - 1, ""), texts[number]),
    }
    return page(request, "espace/files/versions.html", context)


@logged_in(*ACT)
def comment(request: HttpRequest, reference: str, position: int) -> HttpResponse:
    """Remark on a part."""
    application, person = file_for(request, reference), person_of(request)
    part = section_of(application, position)
    allow(rules.can_write(person, application), NOT_YOURS)
    form = CommentForm(request.POST)
    if submit(request, form, lambda data: writing.comment(part, text=data["comment"], by=person)):
        return done(request, "Commentaire ajouté.", "file_section", reference, position)
    context = {
        "application": application,
        "campus": application.campus,
        "act_title": "Commenter",
        "button": "Commenter",
    }
    return page(request, "espace/files/act.html", context, form=form)


@logged_in(*ACT)
def resolve(request: HttpRequest, reference: str, position: int, pk: int) -> HttpResponse:
    """Say that a comment is dealt with."""
    application, person = file_for(request, reference), person_of(request)
    remark = get_object_or_404(Comment, pk=pk, section=section_of(application, position))
    act = lambda: writing.resolve_comment(remark, by=person)  # noqa: E731
    return press(request, act, "Commentaire réglé.", "file_section", reference, position)


@logged_in(*READ_AND_ACT)
def attach(request: HttpRequest, reference: str) -> HttpResponse:
    """Join a document."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_write(person, application), NOT_YOURS)
    sent = request.method == "POST"
    initial = {"document": request.GET.get("piece", "")}
    form = AttachmentForm(
        request.POST if sent else None, request.FILES if sent else None, application=application, initial=initial
    )
    if submit(request, form, lambda data: attachments.attach(application, **form.joined(), by=person)):
        return done(request, "Pièce jointe.", "file", reference)
    context = {"application": application, "campus": application.campus, "button": "Joindre", "is_upload": True}
    return page(request, "espace/files/act.html", {**context, "act_title": "Joindre une pièce"}, form=form)


@logged_in(*ACT)
def detach(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a document off the file."""
    application, person = file_for(request, reference), person_of(request)
    attachment = get_object_or_404(Attachment.objects.select_related("application"), pk=pk, application=application)
    act = lambda: attachments.detach(attachment, by=person)  # noqa: E731
    return press(request, act, "Pièce retirée.", "file", reference)


@logged_in(*READ)
def download(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A document, for those who may read the file."""
    application = file_for(request, reference)
    attachment = get_object_or_404(Attachment, pk=pk, application=application, removed_at=None)
    return downloads.stored(request, attachment.file, name=attachment.name, size=attachment.size)

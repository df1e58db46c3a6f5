"""A file: opened, read, asked for, signed, withdrawn."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.applications import rules
from cmq.applications.actions import submission, writing
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campaigns.models import Campaign, CampaignState, Phase
from cmq.deliberation.rules import openable_by, readable_measures
from cmq.labels.models import LabelDecision
from cmq.labels.states import state_of
from cmq.web.espace.access import (
    READ,
    READ_AND_ACT,
    allow,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    submit,
)
from cmq.web.espace.files import reading
from cmq.web.espace.files.doors import file_for
from cmq.web.espace.files.forms import OpenForm, ReasonForm, RequestForm, SignForm, StepForm
from cmq.web.espace.freshness import freshly_proven

NOT_YOURS = "Vous pouvez lire ce dossier, mais pas faire cela."


@logged_in(*READ)
def files(request: HttpRequest) -> HttpResponse:
    """The files that this person may read, those that wait for them first."""
    readable = openable_by(person_of(request)).for_lists()
    state = request.GET.get("etat", "")
    shown = readable.filter(state=state) if state in ApplicationState.values else readable
    context = {"files": shown[:500], "states": ApplicationState.choices, "state": state}
    return page(request, "espace/files/files.html", context)


@logged_in(*READ)
def file(request: HttpRequest, reference: str) -> HttpResponse:
    """One file, whole."""
    application = file_for(request, reference)
    return page(request, "espace/files/file.html", reading.context(person_of(request), application))


@logged_in(*READ)
def changes(request: HttpRequest, reference: str) -> HttpResponse:
    """What the register has recorded of the campus since it last asked."""
    application = file_for(request, reference)
    context = {
        "application": application,
        "asks_again": ApplicationKind(application.kind).needs_label,
        "changes": reading.changes_since(application),
        "most": reading.MOST_CHANGES,
    }
    return page(request, "espace/files/changes.html", context)


@logged_in(*READ_AND_ACT)
def campus_label(request: HttpRequest, slug: str) -> HttpResponse:
    """The label of my campus: its state, its dates, its files, and a new request."""
    campus, person, now = campus_for(request, slug), person_of(request), timezone.now()
    may_open = rules.can_open(person, campus)
    open_campaigns = Campaign.objects.filter(state=CampaignState.OPEN, is_demo=campus.is_demo)
    campaigns = [each for each in open_campaigns if each.phase(now) in (Phase.ANNOUNCED, Phase.SUBMISSION)]
    allow(request.method != "POST" or may_open, "Seul le directeur du campus ouvre un dossier.")
    form = OpenForm(posted(request), campaigns=campaigns, kind=request.GET.get("demande", ""))
    made: list[LabelApplication] = []

    def open_file(data: dict[str, Any]) -> None:
        campaign = next(each for each in campaigns if str(each.pk) == data["campaign"])
        kind = ApplicationKind(data["kind"])
        made.append(writing.open_application(campus, campaign=campaign, kind=kind, by=person))

    if submit(request, form, open_file):
        return done(request, f"Dossier {made[0].reference} ouvert.", "file", made[0].reference)
    context = {
        "campus": campus,
        "state": state_of(campus, on=timezone.localdate(now)),
        "labels": campus.labels.select_related("decision").order_by("-starts_from"),
        "decisions": LabelDecision.objects.standing().filter(campus=campus).in_time_order().reverse(),
        "files": rules.readable_by(person).filter(campus=campus).for_lists(),
        "measures": readable_measures(person).filter(campus=campus),
        "campaigns": campaigns,
        "may_open": may_open and bool(campaigns),
    }
    return page(request, "espace/files/campus_label.html", context, form=form)


@logged_in(*READ_AND_ACT)
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what the file asks for."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_write(person, application), NOT_YOURS)
    form = RequestForm(posted(request), application=application)
    if submit(request, form, lambda data: writing.ask(application, **form.terms(), by=person)):
        return done(request, "Demande enregistrée.", "file", reference)
    return _act_page(request, application, form, "Ce qui est demandé", "Enregistrer")


@logged_in(*READ_AND_ACT)
def send(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the file to its two signers."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_conduct(person, application), NOT_YOURS)
    form = StepForm(posted(request), application=application)
    if submit(request, form, lambda data: submission.send_to_signature(application, step=data["step"], by=person)):
        return done(request, "Le dossier attend ses deux signatures.", "file", reference)
    context = {"signers": submission.signers_of(application), "lacks": rules.missing(application)}
    return _act_page(request, application, form, "Envoyer en signature", "Envoyer aux deux signataires", **context)


@logged_in(*READ_AND_ACT)
@freshly_proven()
def sign(request: HttpRequest, reference: str) -> HttpResponse:
    """Sign the joint request."""
    application, person = file_for(request, reference), person_of(request)
    qualities = rules.qualities(person, application)
    allow(bool(qualities), NOT_YOURS)
    form = SignForm(posted(request), application=application, qualities=qualities)

    def give(data: dict[str, Any]) -> None:
        signed.append(submission.sign_submission(application, side=form.side_given(), step=data["step"], by=person))

    signed: list[LabelApplication] = []
    if submit(request, form, give):
        is_in = signed[0].state == ApplicationState.SUBMITTED
        message = "Dossier signé et déposé : l’accusé part par courriel." if is_in else "Signature enregistrée."
        return done(request, message, "file", reference)
    digest = rules.digest_of(application)
    return _act_page(request, application, form, "Signer la demande conjointe", "Signer", digest=digest)


@logged_in(*READ_AND_ACT)
def recall(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the file back from signature."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_conduct(person, application) or rules.can_sign(person, application), NOT_YOURS)
    form = ReasonForm(posted(request), application=application)
    if submit(request, form, lambda data: submission.recall(application, **data, by=person)):
        return done(request, "Le dossier est de nouveau en rédaction, sans signature.", "file", reference)
    return _act_page(request, application, form, "Rappeler en rédaction", "Rappeler le dossier")


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the request up."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_conduct(person, application), NOT_YOURS)
    form = ReasonForm(posted(request), application=application)
    if submit(request, form, lambda data: submission.withdraw(application, **data, by=person)):
        return done(request, "La demande est retirée.", "file", reference)
    return _act_page(request, application, form, "Retirer la demande", "Retirer définitivement")


def _act_page(
    request: HttpRequest, application: LabelApplication, form: forms.Form, title: str, button: str, **context: Any
) -> HttpResponse:
    shown = {"application": application, "campus": application.campus, "act_title": title, "button": button, **context}
    return page(request, "espace/files/act.html", shown, form=form)

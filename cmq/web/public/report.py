"""« Signaler une erreur »: a reader tells the keepers of the register what is wrong on a page."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from cmq.campuses import actions
from cmq.campuses.models import Campus
from cmq.core.errors import Refusal
from cmq.web import errors
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

PER_HOUR = 5


class ReportForm(OpenForm):
    """What is wrong, and where to answer."""

    message = forms.CharField(
        label="Qu’est-ce qui est faux ou manquant ?",
        help_text="Dites le fait et, si vous le pouvez, la source qui donne le bon.",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Dites ce qui est faux sur cette page."},
    )
    reply_to = forms.EmailField(
        label="Votre adresse électronique, pour la réponse",
        help_text="Exemple : prenom.nom@exemple.fr. Elle ne sert qu’à vous répondre.",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


def report_error(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; send what it says to the keepers, at most five times an hour from one address."""
    if request.method not in ("GET", "HEAD", "POST"):
        return errors.method_not_allowed(request, ["GET", "HEAD", "POST"])
    campus = get_object_or_404(Campus, slug=slug)
    if request.method == "POST":
        return _received(request, campus)
    return _page(request, campus, ReportForm(initial={"opened": stamp()}))


def _received(request: HttpRequest, campus: Campus) -> HttpResponse:
    form = ReportForm(request.POST)
    if not form.is_valid():
        form.open_again(request)
        return _page(request, campus, form, status=400)
    if not form.is_trapped:
        if is_over_limit(request, "report-error", per_hour=PER_HOUR):
            return errors.too_many(request, retry_after=HOUR)
        try:
            actions.report_error(
                campus,
                message=form.cleaned_data["message"],
                reply_to=form.cleaned_data["reply_to"],
                site_url=settings.SITE_URL,
            )
        except Refusal as refusal:
            form.add_error("message", str(refusal))
            return _page(request, campus, form, status=400)
    messages.success(request, "Merci. Votre signalement est transmis aux gardiens du registre.")
    return HttpResponseRedirect(campus.get_absolute_url())


def _page(request: HttpRequest, campus: Campus, form: ReportForm, *, status: int = 200) -> HttpResponse:
    return render(request, "public/report_error.html", {"campus": campus, "form": form}, status=status)

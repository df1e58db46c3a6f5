"""« Signaler une erreur »: a reader tells the keepers of the register what is wrong on a page."""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from cmq.campuses import actions
from cmq.campuses.models import Campus
from cmq.core.errors import Refusal
from cmq.web import errors

PER_HOUR = 5
HOUR = 3600
# Nobody reads the form and writes a sentence faster.
FASTEST = 3  # seconds
SLOWEST = 24 * HOUR
_SALT = "cmq.report-error"


class ReportForm(forms.Form):
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
    # People do not see this field; robots fill it.
    site = forms.CharField(label="Laissez ce champ vide", required=False, max_length=200)
    opened = forms.CharField(widget=forms.HiddenInput)

    def clean_opened(self) -> str:
        """Opened some seconds ago, and not yesterday."""
        opened = self.cleaned_data["opened"]
        try:
            age = time.time() - float(signing.loads(opened, salt=_SALT, max_age=SLOWEST))
        except signing.BadSignature as error:
            raise ValidationError("Ce formulaire est ouvert depuis trop longtemps. Envoyez-le de nouveau.") from error
        if age < FASTEST:
            raise ValidationError("Le formulaire est parti trop vite. Attendez quelques secondes, puis envoyez-le.")
        return str(opened)


def report_error(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form; send what it says to the keepers, at most five times an hour from one address."""
    if request.method not in ("GET", "HEAD", "POST"):
        return errors.method_not_allowed(request, ["GET", "HEAD", "POST"])
    campus = get_object_or_404(Campus, slug=slug)
    if request.method == "POST":
        return _received(request, campus)
    return _page(request, campus, ReportForm(initial={"opened": _stamp()}))


def _received(request: HttpRequest, campus: Campus) -> HttpResponse:
    form = ReportForm(request.POST)
    if not form.is_valid():
        form.data = {**request.POST.dict(), "opened": _stamp()}
        return _page(request, campus, form, status=400)
    if not form.cleaned_data["site"]:
        if _is_over_limit(request):
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


def _stamp() -> str:
    return signing.dumps(time.time() // 1, salt=_SALT)


def _is_over_limit(request: HttpRequest) -> bool:
    """Count this sending. The address is kept as a digest, for an hour."""
    address = get_adapter().get_client_ip(request)
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{address}".encode()).hexdigest()[:32]
    key = f"report-error:{digest}"
    if cache.add(key, 1, HOUR):
        return False
    return int(cache.incr(key)) > PER_HOUR

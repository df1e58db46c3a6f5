"""An employer without an account: posts an offer, then confirms, prolongs or closes it by the links of letters."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone

from cmq.careers.models import Occupation
from cmq.core.errors import Refusal
from cmq.core.text import fold, one_line
from cmq.offers import rules
from cmq.offers.actions import posting
from cmq.offers.models import ContractKind, OfferKind, OfferState
from cmq.offers.rules import DURATIONS, Poster, Terms
from cmq.reference.models import Commune
from cmq.web import errors
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

PER_HOUR = 10
_READ_AND_ACT = ("GET", "HEAD", "POST")


class OfferForm(OpenForm):
    """Who posts, and what."""

    siret = forms.CharField(label="SIRET de l’établissement", max_length=20, help_text="14 chiffres, espaces permis.")
    name = forms.CharField(label="Nom de l’établissement", max_length=250)
    email = forms.EmailField(
        label="Votre adresse professionnelle",
        help_text="Elle n’est jamais montrée. Nous y envoyons le lien qui confirme l’offre. Exemple : "
        "prenom.nom@etablissement.fr.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    title = forms.CharField(label="Intitulé de l’offre", max_length=200, help_text="Exemple : Soudeur (H/F).")
    occupation = forms.CharField(
        label="Métier", max_length=250, help_text="Un nom de métier ou son code ROME : « soudeur », « H2913 »."
    )
    kind = forms.ChoiceField(label="Nature", choices=OfferKind.choices)
    contract = forms.ChoiceField(label="Contrat", choices=ContractKind.choices)
    place = forms.CharField(
        label="Commune du poste",
        max_length=100,
        help_text="Nom ou code postal.",
        widget=forms.TextInput(attrs={"data-completion": reverse_lazy("commune_completion")}),
    )
    text = forms.CharField(
        label="Description",
        max_length=10_000,
        help_text="Texte seul, sans adresse électronique ni téléphone : ils seraient masqués.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    apply_url = forms.URLField(
        label="Adresse web où postuler",
        max_length=600,
        assume_scheme="https",
        help_text="La page de l’offre, ou un formulaire, sur votre site.",
    )
    positions = forms.IntegerField(label="Nombre de postes", min_value=1, max_value=500, initial=1)
    duration_months = forms.IntegerField(label="Durée, en mois", required=False, min_value=1, max_value=48)
    starts_on = forms.DateField(
        label="Début", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    salary = forms.CharField(label="Salaire ou gratification", required=False, max_length=200)
    is_accessible = forms.BooleanField(label="Poste ouvert aux travailleurs handicapés", required=False)
    days = forms.TypedChoiceField(
        label="Montrer l’offre", coerce=int, choices=[(n, f"{n} jours") for n in DURATIONS], initial=DURATIONS[1]
    )

    def clean_place(self) -> Commune:
        """The commune that was meant."""
        found = Commune.objects.matching(self.cleaned_data["place"], limit=1).first()
        if found is None:
            raise ValidationError("Aucune commune ne répond à ce lieu : écrivez son nom ou son code postal.")
        return found

    def clean_occupation(self) -> Occupation:
        """The job that was meant."""
        typed = one_line(self.cleaned_data["occupation"])
        jobs = Occupation.objects.current()
        found = jobs.filter(code=typed[:5].upper()).first() or jobs.filter(folded_title=fold(typed)).first()
        if found is None:
            named = jobs.filter(titles__folded_name__startswith=fold(typed)) | jobs.filter(
                folded_title__startswith=fold(typed)
            )
            some = list(named.distinct().order_by("title")[:6])
            if len(some) == 1:
                return some[0]
            proposed = " ; ".join(f"{job.title} ({job.code})" for job in some)
            raise ValidationError(
                f"Lequel de ces métiers ? {proposed}. Écrivez le code." if some else "Aucun métier ne porte ce nom."
            )
        return found


def post(request: HttpRequest) -> HttpResponse:
    """The form that posts an offer. The answer is the same whatever is known of the address."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    if request.method != "POST":
        return _form_page(request, OfferForm(initial={"opened": stamp()}))
    form = OfferForm(request.POST)
    if form.is_valid():
        if not form.is_trapped:
            if is_over_limit(request, "offer-post", per_hour=PER_HOUR):
                return errors.too_many(request, retry_after=HOUR)
            _try(form)
        if not form.errors:
            return redirect("job_offer_posted")
    form.open_again(request)
    return _form_page(request, form, status=422)


def _try(form: OfferForm) -> None:
    data = form.cleaned_data
    poster = Poster(data["siret"], data["name"], data["email"])
    try:
        posting.post(poster, _terms(data))
    except Refusal as refusal:
        form.add_error(None, str(refusal))


def _terms(data: dict[str, Any]) -> Terms:
    same = ("title", "text", "occupation", "apply_url", "days", "positions", "duration_months", "salary", "starts_on")
    return Terms(
        kind=OfferKind(data["kind"]),
        contract=ContractKind(data["contract"]),
        commune=data["place"],
        is_accessible=data["is_accessible"] or None,
        **{name: data[name] for name in same},
    )


def posted(request: HttpRequest) -> HttpResponse:
    """What to do next: the letter."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    return render(request, "public/offers/posted.html", {"days": rules.PROVED_WITHIN.days})


def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter leads to: confirm, prolong, close. Nothing happens before a button is pressed."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    if posting.find(token) is None:
        return private(render(request, "public/offers/no_link.html", status=404))
    refused = ""
    if request.method == "POST":
        try:
            _act(token, request.POST)
            return private(redirect("job_offer_manage", token))
        except Refusal as refusal:
            refused = str(refusal)
    return private(_manage_page(request, token, refused))


def _act(token: str, said: Any) -> None:
    act, days = said.get("acte", ""), said.get("jours", "")
    if act == "confirmer":
        posting.confirm(token)
    elif act == "prolonger":
        posting.prolong(token, days=int(days) if days in map(str, DURATIONS) else 0)
    elif act == "fermer":
        posting.close(token)
    else:
        raise Refusal("Dites ce qu’il faut faire : confirmer, prolonger ou fermer.")


def _manage_page(request: HttpRequest, token: str, refused: str) -> HttpResponse:
    found = posting.find(token)
    assert found is not None
    is_over = found.expires_at is not None and found.expires_at <= timezone.now()
    context = {
        "offer": found,
        "employer": found.employer,
        "refused": refused,
        "durations": DURATIONS,
        "is_asked": found.state == OfferState.ASKED,
        "is_open": found.state == OfferState.OPEN and not is_over,
    }
    return render(request, "public/offers/manage.html", context, status=422 if refused else 200)


def private(answer: HttpResponse) -> HttpResponse:
    """Neither kept nor named to other sites: the address is a key."""
    answer["Cache-Control"] = "no-store"
    # Not « no-referrer », under which a browser posts the form of this page without an origin: it would be refused.
    answer["Referrer-Policy"] = "same-origin"
    return answer


def _form_page(request: HttpRequest, form: OfferForm, *, status: int = 200) -> HttpResponse:
    return render(request, "public/offers/post.html", {"form": form}, status=status)

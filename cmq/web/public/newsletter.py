"""The letter for its readers: asking for it, the page of one's choices, leaving, the archive."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from cmq.core.errors import Refusal
from cmq.core.forms import RowsField
from cmq.newsletter import consent
from cmq.newsletter.actions import subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Issue, Rhythm, Subscriber, Theme
from cmq.newsletter.rules import Wishes
from cmq.reference.models import Filiere, Region
from cmq.web import atom, errors
from cmq.web.public.common import public
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

PER_PAGE = 30
IN_FEED = 20
PER_HOUR = 10  # requests from one connection: a classroom may share one
_ACTS = ("GET", "HEAD", "POST")


class WishesForm(forms.Form):
    """What somebody wants to receive."""

    rhythm = forms.ChoiceField(label="Rythme", choices=Rhythm.choices, initial=Rhythm.WEEKLY, widget=forms.RadioSelect)
    themes = forms.MultipleChoiceField(
        label="Sujets",
        choices=Theme.choices,
        initial=[Theme.NEWS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins un sujet."},
    )
    filieres = RowsField(
        label="Filières",
        queryset=Filiere.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée : toutes.",
    )
    regions = RowsField(
        label="Régions",
        queryset=Region.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée : toutes.",
    )

    @property
    def wishes(self) -> Wishes:
        """What a valid form says."""
        data = self.cleaned_data
        themes = frozenset(Theme(each) for each in data["themes"])
        return Wishes(Rhythm(data["rhythm"]), themes, list(data["filieres"]), list(data["regions"]))

    @staticmethod
    def initial_of(subscriber: Subscriber) -> dict[str, Any]:
        """What the form shows of a subscription."""
        return {
            "rhythm": subscriber.rhythm,
            "themes": list(subscriber.themes),
            "filieres": list(subscriber.filieres.all()),
            "regions": list(subscriber.regions.all()),
        }


class SubscribeForm(WishesForm, OpenForm):
    """An address, and what it wants to receive."""

    email = forms.EmailField(
        label="Votre adresse électronique",
        max_length=254,
        help_text="Exemple : prenom.nom@exemple.fr. Le lien de confirmation y est envoyé.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": "Donnez votre adresse électronique."},
    )


def subscribe(request: HttpRequest) -> HttpResponse:
    """The form that asks for the letter. The answer is the same whatever is known of the address."""
    if request.method not in _ACTS:
        return errors.method_not_allowed(request, list(_ACTS))
    if request.method != "POST":
        return _form_page(request, SubscribeForm(initial={"opened": stamp(), **_asked_for(request)}))
    form = SubscribeForm(request.POST)
    if not form.is_valid():
        return _refused(request, form)
    if not form.is_trapped:
        if is_over_limit(request, "newsletter", per_hour=PER_HOUR):
            return errors.too_many(request, retry_after=HOUR)
        try:
            subscribing.ask(form.cleaned_data["email"], form.wishes)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
            return _refused(request, form)
    return redirect("newsletter_asked")


@public
def asked(request: HttpRequest) -> HttpResponse:
    """What to do next: the letter."""
    return render(request, "public/newsletter/asked.html")


def subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter leads to: confirm, see, change, leave. Nothing happens before a button is pressed."""
    if request.method not in _ACTS:
        return errors.method_not_allowed(request, list(_ACTS))
    found = subscribing.find(token)
    if found is None:
        return _no_subscription(request)
    form = WishesForm(initial=WishesForm.initial_of(found))
    act = request.POST.get("acte") if request.method == "POST" else None
    if act == "arreter":
        subscribing.stop(Purpose.CHOICES, token)
        return private(redirect("newsletter_left"))
    if act == "confirmer":
        subscribing.confirm(token)
        return private(redirect("newsletter_subscription", token))
    if request.method == "POST":
        form = WishesForm(request.POST)
        if form.is_valid():
            subscribing.change(token, form.wishes)
            return private(redirect(f"{request.path}?enregistre=1"))
    context = {"subscriber": found, "form": form, "token": token, "is_kept": "enregistre" in request.GET}
    status = 422 if form.errors else 200
    return private(render(request, "public/newsletter/subscription.html", context, status=status))


def own_data(request: HttpRequest, token: str, form: str) -> HttpResponse:
    """All that is kept of a subscriber, as JSON or as a text to read."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    found = subscribing.find(token)
    if found is None:
        return _no_subscription(request)
    data = subscribing.export(found)
    if form == "json":
        answer: HttpResponse = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 2})
    else:
        text = "\n".join(_lines(data))
        answer = HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="mon-abonnement.{form}"'
    return private(answer)


@public
def left(request: HttpRequest) -> HttpResponse:
    """That the subscription is over."""
    return render(request, "public/newsletter/left.html")


@public
def archive(request: HttpRequest) -> HttpResponse:
    """The issues that have left, newest first."""
    page = Paginator(Issue.objects.public(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "public/newsletter/archive.html", {"page": page})


@public
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """One issue, all its blocks."""
    found = get_object_or_404(Issue.objects.public(), number=number)
    return render(request, "public/newsletter/issue.html", {"issue": found, "blocks": found.blocks.all()})


@public
def feed(request: HttpRequest) -> HttpResponse:
    """The last issues as Atom (RFC 4287), without the demonstration."""
    issues = list(Issue.objects.public().filter(is_demo=False).prefetch_related("blocks")[:IN_FEED])
    entries = [
        atom.Entry(
            str(issue.title),
            issue.get_absolute_url(),
            updated=issue.started_at,
            summary=" ; ".join(block.title for block in issue.blocks.all()),
        )
        for issue in issues
        if issue.started_at
    ]
    return atom.respond(request, entries, title="La lettre d’information", page=reverse("newsletter_archive"))


def private(answer: HttpResponse) -> HttpResponse:
    """Neither kept nor named to other sites: the address is a key."""
    answer["Cache-Control"] = "no-store"
    # Not « no-referrer », under which a browser posts the form of this page without an origin: it would be refused.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _no_subscription(request: HttpRequest) -> HttpResponse:
    return private(render(request, "public/newsletter/no_subscription.html", status=404))


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form already ticks: `?sujet=offres&filiere=…&region=…`; nothing of whom."""
    given = request.GET
    themes = [each for each in given.getlist("sujet") if each in Theme.values]
    return {
        "filieres": list(Filiere.objects.filter(slug__in=given.getlist("filiere")[:20])) if "filiere" in given else [],
        "regions": list(Region.objects.filter(slug__in=given.getlist("region")[:20])) if "region" in given else [],
        **({"themes": themes} if themes else {}),
    }


def _form_page(request: HttpRequest, form: SubscribeForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "consent": consent.TEXTS[consent.CURRENT]}
    return render(request, "public/newsletter/subscribe.html", context, status=status)


def _refused(request: HttpRequest, form: SubscribeForm) -> HttpResponse:
    form.open_again(request)
    return _form_page(request, form, status=422)


def _lines(data: dict[str, object], indent: str = "") -> list[str]:
    lines = []
    for name, value in data.items():
        label = f"{indent}{name.replace('_', ' ').capitalize()}"
        if isinstance(value, dict):
            lines += [f"{label} :", *_lines(value, f"{indent}  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            entries = [", ".join(f"{key} {said}" for key, said in each.items()) for each in value]
            lines += [f"{label} :", *(f"{indent}  - {entry}" for entry in entries)]
        else:
            said = ", ".join(map(str, value)) if isinstance(value, list) else value
            lines.append(f"{label} : {'–' if said in (None, '') else said}")
    return lines

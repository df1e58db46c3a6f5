"""Saved searches by letter: ask, confirm, change, read what is kept, stop, erase. No account."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from cmq.alerts import actions, rules
from cmq.alerts.models import Rhythm, SavedSearch, Scope
from cmq.alerts.searching import Meaning, understood
from cmq.core.errors import Refusal
from cmq.web import errors
from cmq.web.public.employers import private
from cmq.web.public.guard import HOUR, OpenForm, is_over_limit, stamp

PER_HOUR = 10
_READ_AND_ACT = ("GET", "HEAD", "POST")


class AlertForm(OpenForm):
    """Where to write, and how often."""

    scope = forms.ChoiceField(choices=Scope.choices, required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=600, widget=forms.HiddenInput)
    email = forms.EmailField(
        label="Votre adresse électronique",
        help_text="Exemple : prenom.nom@exemple.fr. Elle ne sert qu’à ces lettres.",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    rhythm = forms.ChoiceField(
        label="À quel rythme ?", choices=Rhythm.choices, initial=Rhythm.DAILY, widget=forms.RadioSelect
    )


def ask(request: HttpRequest) -> HttpResponse:
    """The form that asks for letters about a search. The answer is the same whatever is known of the address."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    if request.method != "POST":
        scope = _scope(request.GET.get("sur"))
        meaning = understood(scope, request.GET.urlencode())
        form = AlertForm(initial={"opened": stamp(), "scope": scope, "query": meaning.query})
        return _form_page(request, form, meaning, status=400 if meaning.problems else 200)
    form = AlertForm(request.POST)
    if form.is_valid():
        if not form.is_trapped:
            if is_over_limit(request, "alert-ask", per_hour=PER_HOUR):
                return errors.too_many(request, retry_after=HOUR)
            _try(form)
        if not form.errors:
            return redirect("alert_asked")
    form.open_again(request)
    meaning = understood(_scope(request.POST.get("scope")), request.POST.get("query", ""))
    return _form_page(request, form, meaning, status=422)


def _scope(typed: str | None) -> Scope:
    return Scope(typed) if typed in Scope.values else Scope.OFFERS


def _try(form: AlertForm) -> None:
    data = form.cleaned_data
    try:
        actions.ask(
            email=data["email"], query=data["query"], rhythm=Rhythm(data["rhythm"]), scope=_scope(data["scope"])
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))


def _form_page(request: HttpRequest, form: AlertForm, meaning: Meaning, *, status: int = 200) -> HttpResponse:
    problems = [{"message": problem} for problem in meaning.problems]
    context = {"form": form, "meaning": meaning, "problems": problems, "days": rules.CONFIRMED_WITHIN.days}
    return render(request, "public/alerts/ask.html", context, status=status)


def asked(request: HttpRequest) -> HttpResponse:
    """What to do next: the letter."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    return render(request, "public/alerts/asked.html")


def alert(request: HttpRequest, token: str) -> HttpResponse:
    """What the link of a letter leads to: confirm, change, erase. Nothing happens before a button is pressed."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    if actions.find(token) is None:
        return private(render(request, "public/alerts/none.html", status=404))
    refused = ""
    if request.method == "POST":
        try:
            return private(_act(request, token))
        except Refusal as refusal:
            refused = str(refusal)
    context: dict[str, Any] = {
        "saved": (saved := actions.find(token)),
        "address": _address(saved),
        "token": token,
        "rhythms": Rhythm,
        "refused": refused,
    }
    return private(render(request, "public/alerts/alert.html", context, status=422 if refused else 200))


def _address(saved: SavedSearch | None) -> str:
    return understood(Scope(saved.scope), saved.query).address if saved else ""


def _act(request: HttpRequest, token: str) -> HttpResponse:
    act, rhythm = request.POST.get("acte", ""), request.POST.get("rythme", "")
    if act == "confirmer":
        actions.confirm(token)
    elif act == "rythme" and rhythm in Rhythm.values:
        actions.change_rhythm(token, Rhythm(rhythm))
    elif act == "tout_effacer":
        actions.erase_all(token)
        return redirect("alert_stopped")
    else:
        raise Refusal("Dites ce qu’il faut faire : confirmer, changer de rythme ou effacer.")
    return redirect("alert", token)


def alert_data(request: HttpRequest, token: str) -> HttpResponse:
    """All that is kept of an address, as JSON."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    held = actions.held(token)
    if held is None:
        return private(render(request, "public/alerts/none.html", status=404))
    answer = JsonResponse(held, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="mes-alertes.json"'
    return private(answer)


def stopped(request: HttpRequest) -> HttpResponse:
    """It is done."""
    if request.method not in ("GET", "HEAD"):
        return errors.method_not_allowed(request, ["GET", "HEAD"])
    return render(request, "public/alerts/stopped.html")

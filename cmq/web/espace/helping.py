"""Help by the technical team: a person's consent, the visits under it, the middleware that keeps them to reading."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from cmq.accounts import helping
from cmq.accounts.models import HelpConsent, HelpVisit, User
from cmq.accounts.rules import can_help
from cmq.web import errors
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

VISIT = "help_visit"
READING_ONLY = "Vous voyez l’espace de quelqu’un d’autre : rien ne s’y écrit, et son compte reste à lui."
END = "/espace/assistance/fin/"
# What is the person's own even towards who helps: their account, their private calendar, other people's consents.
PRIVATE = ("/compte/", "/espace/compte/", "/espace/agenda/", "/espace/assistance/", "/technique/")


class HelpMiddleware:
    """While somebody helps, pages are drawn as for the person helped, and nothing can be written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page; a refusal for an act; the helper's own page once the consent is over."""
        # The session is read only where somebody may be logged in: public pages do without.
        if not request.COOKIES or not request.path_info.startswith(("/espace/", *PRIVATE)):
            return self.get_response(request)
        key = request.session.get(VISIT)
        if key is None or not isinstance(request.user, User):
            return self.get_response(request)
        return self._visited(request, request.user, key)

    def _visited(self, request: HttpRequest, helper: User, key: int) -> HttpResponse:
        visit = helping.standing_visit(key, by=helper)
        if visit is None:
            del request.session[VISIT]
            return self.get_response(request)
        if request.path_info == END:
            return self.get_response(request)
        if request.method not in READ or request.path_info.startswith(PRIVATE):
            return errors.forbidden(request, PermissionDenied(READING_ONLY))
        request.helper, request.help_ends_at = helper, visit.consent.ends_at  # type: ignore[attr-defined]
        request.user = visit.consent.person
        return self.get_response(request)


@logged_in(*READ_AND_ACT)
def consent(request: HttpRequest) -> HttpResponse:
    """Give one's consent, take it back, see who looked."""
    person = person_of(request)
    standing = helping.open_consent(person)
    form = forms.Form(posted(request))

    def change(data: dict[str, Any]) -> None:
        act = helping.withdraw_consent if request.POST.get("act") == "retirer" else helping.give_consent
        act(person, by=person)

    if submit(request, form, change):
        return done(request, "C’est noté.", "espace_help")
    visits = HelpVisit.objects.filter(consent__person=person).select_related("by").order_by("-pk")[:20]
    return page(request, "espace/help_consent.html", {"standing": standing, "visits": visits}, form=form)


@logged_in(*READ)
def desk(request: HttpRequest) -> HttpResponse:
    """Whose workspace may be seen now."""
    allow(can_help(request.user), "L’assistance est réservée à l’équipe technique.")
    consents = HelpConsent.objects.standing(timezone.now()).select_related("person")
    return page(request, "espace/helping.html", {"consents": consents})


@logged_in(*ACT)
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to see somebody's workspace."""
    helper = person_of(request)
    allow(can_help(helper), "L’assistance est réservée à l’équipe technique.")
    found = get_object_or_404(HelpConsent.objects.select_related("person"), pk=pk)

    def look() -> None:
        request.session[VISIT] = helping.begin_visit(found, by=helper).pk

    return press(request, look, "Vous voyez son espace.", "espace")


@logged_in(*ACT)
def end(request: HttpRequest) -> HttpResponse:
    """Come back to one's own workspace."""
    visit = HelpVisit.objects.filter(pk=request.session.pop(VISIT, 0), by=person_of(request)).first()
    if visit is not None:
        helping.end_visit(visit, by=person_of(request))
    return redirect("espace")

"""What a person can do here, and their own account."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.accounts import actions
from cmq.campuses.models import CampusMembership
from cmq.organisations.models import OrganisationMembership
from cmq.organisations.rules import is_keeper
from cmq.web import downloads
from cmq.web.espace import desks, waiting
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.forms import RenameForm, TermsForm


@logged_in(*READ)
def home(request: HttpRequest) -> HttpResponse:
    """My campuses, my organisations, and what waits at the keeper's desk."""
    person, today = person_of(request), timezone.localdate()
    campuses = CampusMembership.objects.of(person).active(today).select_related("campus__region")
    organisations = OrganisationMembership.objects.of(person).active(today).select_related("organisation")
    keeps = is_keeper(person)
    context = {
        "heaps": desks.heaps(person),
        "rooms": desks.rooms(person),
        "campus_roles": campuses.order_by("campus__name", "pk"),
        "organisation_roles": organisations.order_by("organisation__name", "pk"),
        "is_keeper": keeps,
        "waiting": waiting.counts() if keeps else [],
    }
    return page(request, "espace/home.html", context)


@logged_in(*READ)
def download(request: HttpRequest, token: str) -> HttpResponse:
    """A document at the address that was made for this person a moment ago."""
    return downloads.given(request, token)


@logged_in(*READ_AND_ACT)
def account(request: HttpRequest) -> HttpResponse:
    """My name, my address, my password."""
    person = person_of(request)
    form = RenameForm(posted(request), person=person)
    if submit(request, form, lambda data: actions.rename(person, **data)):
        return done(request, "Votre nom est enregistré.", "espace_account")
    return page(request, "espace/account.html", {}, form=form)


@logged_in(*READ_AND_ACT)
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use, accepted in the version that was read."""
    person = person_of(request)
    form = TermsForm(posted(request), initial={"version": settings.TERMS_VERSION})
    if submit(request, form, lambda data: actions.accept_terms(person, **data)):
        return done(request, "Vous avez accepté les conditions d’utilisation.", "espace")
    is_accepted = person.terms_version == settings.TERMS_VERSION
    return page(request, "espace/terms.html", {"is_accepted": is_accepted, "day": actions.terms_day()}, form=form)

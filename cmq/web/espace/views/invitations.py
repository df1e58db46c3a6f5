"""An invitation, from the link in its letter to the role."""

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django import forms
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cmq.accounts.models import User
from cmq.campuses import actions
from cmq.campuses.actions import AnyRole
from cmq.organisations import roles
from cmq.web import errors
from cmq.web.espace.access import READ_AND_ACT, done, page, person_of, posted, submit
from cmq.web.espace.forms import NewPersonForm

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - a path, no password


@never_cache
@sensitive_post_parameters("password", "repeated")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation; only a POST accepts it, because readers of mail open every link."""
    if request.method not in READ_AND_ACT:
        return errors.method_not_allowed(request, list(READ_AND_ACT))
    membership = actions.find_invitation(token)
    if membership is None:
        return _closed(request, "Cette invitation n’existe pas. Vérifiez que l’adresse est entière.", status=404)
    if membership.person_id is not None and membership.person_id == request.user.pk:
        return redirect("espace")
    reason = roles.why_not_open(membership, at=timezone.now())
    if reason:
        return _closed(request, reason, status=410)
    if User.objects.filter(email=membership.invited_email).exists():
        return _accept_as_known(request, membership, token)
    return _accept_as_new(request, membership, token)


def _accept_as_known(request: HttpRequest, membership: AnyRole, token: str) -> HttpResponse:
    is_theirs = getattr(request.user, "email", None) == membership.invited_email
    form = forms.Form(posted(request) if is_theirs else None)
    if is_theirs and submit(request, form, lambda data: actions.accept_invitation(token, person=person_of(request))):
        return done(request, "Invitation acceptée.", "espace")
    context = {"membership": membership, "is_theirs": is_theirs}
    return page(request, "espace/invitation_known.html", context, form=form)


def _accept_as_new(request: HttpRequest, membership: AnyRole, token: str) -> HttpResponse:
    form = NewPersonForm(posted(request))

    def open_account(data: dict[str, str]) -> None:
        actions.accept_as_new_person(token, name=data["name"], password=data["password"])

    if submit(request, form, open_account):
        person = User.objects.get(email=membership.invited_email)
        auth.login(request, person, backend=PASSWORD_BACKEND)
        # Who has just chosen a password is not asked for it again before adding a second factor.
        record_authentication(request, person, method="password", reauthenticated=True)
        UserSession.objects.create_from_request(request)
        return done(request, f"Bienvenue sur {settings.SITE_NAME}.", "espace")
    return page(request, "espace/invitation_new.html", {"membership": membership}, form=form)


def _closed(request: HttpRequest, reason: str, *, status: int) -> HttpResponse:
    return render(request, "espace/invitation_closed.html", {"reason": reason}, status=status)

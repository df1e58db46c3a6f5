"""The doors of the workspace: who stands before a page, and how an act answers.

A page asks `logged_in`, then one of the `…_for` functions below on its first line. Strangers to a campus or an
organisation get 404: the workspace does not tell what exists.
"""

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.campuses.rules import can_edit as can_edit_campus
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.feed import change_set
from cmq.core.remembering import remembering
from cmq.organisations.models import Organisation
from cmq.organisations.rules import can_edit as can_edit_organisation
from cmq.organisations.rules import is_keeper
from cmq.web import errors

View = Callable[..., HttpResponse]
READ, READ_AND_ACT, ACT = ("GET", "HEAD"), ("GET", "HEAD", "POST"), ("POST",)


def logged_in(*methods: str) -> Callable[[View], View]:
    """A page for people who have logged in, answering `methods` only: others get 405, visitors the log-in page."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return errors.method_not_allowed(request, list(methods))
            if not request.user.is_authenticated:
                # An act cannot be taken up again after log-in: the page that holds its form can.
                return redirect_to_login(request.get_full_path() if request.method != "POST" else "/espace/")
            try:
                with nullcontext() if request.method == "POST" else remembering():
                    return view(request, *args, **kwargs)
            except PermissionDenied as refusal:
                # Answered here: Django would log a whole trace for what is one line.
                return errors.forbidden(request, refusal)

        return wrapper

    return decorate


def person_of(request: HttpRequest) -> User:
    """Who is logged in."""
    assert isinstance(request.user, User)
    return request.user


def campus_for(request: HttpRequest, slug: str) -> Campus:
    """The campus, for the people who work on it. Raises Http404 for everyone else."""
    campus = Campus.objects.select_related("region", "filiere").filter(slug=slug).first()
    if campus is None or not can_edit_campus(request.user, campus):
        raise Http404
    return campus


def organisation_for(request: HttpRequest, pk: int) -> Organisation:
    """The organisation, for its contacts and the keepers. Raises Http404 for everyone else."""
    organisation = Organisation.objects.select_related("commune").filter(pk=pk).first()
    if organisation is None or not can_edit_organisation(request.user, organisation):
        raise Http404
    return organisation


def keeper_of(request: HttpRequest) -> User:
    """The keeper who asks. Raises PermissionDenied for everyone else."""
    allow(is_keeper(request.user), "Cette page est réservée aux gardiens du registre.")
    return person_of(request)


def allow(condition: bool, message: str = "Vous n’avez pas le droit de faire cela.") -> None:
    """Raise PermissionDenied (403) unless `condition` holds."""
    if not condition:
        raise PermissionDenied(message)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form: None makes it a fresh one. A POST without a field is sent all the same."""
    return request.POST if request.method == "POST" else None


def submit(request: HttpRequest, form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Run `act` on the form's data as one change; whether it was done.

    A `Refusal` becomes the form's error and nothing of the act stays. Raises PermissionDenied for `NotAllowed`.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        # A visitor's only act, accepting an invitation, makes the person who then acts: it opens its own set.
        with change_set(by=request.user.pk) if request.user.is_authenticated else nullcontext():
            act(form.cleaned_data)
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def press(request: HttpRequest, act: Callable[[], object], message: str, to: str, *args: object) -> HttpResponse:
    """Run the act of a button that asks nothing, then go to the page named `to` with the message, or the refusal."""
    try:
        act()
    except NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(to, *args)
    return done(request, message, to, *args)


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, form: forms.Form | None = None
) -> HttpResponse:
    """Draw a page; 422 when its form was sent and refused, with all that was typed."""
    status = 422 if form is not None and form.is_bound else 200
    return render(request, template, {**context, "form": form}, status=status)


def done(request: HttpRequest, message: str, to: str, *args: object) -> HttpResponse:
    """Go to the page named `to` with a message."""
    messages.success(request, message)
    return redirect(to, *args)

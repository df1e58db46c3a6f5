"""The pages of django-allauth that this site has, at French addresses: `/compte/…`.

The names are allauth's own, by which it finds its pages. Its other pages (codes, telephones, keys) are not here.
"""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path


def _ours(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Draw the page with our own `site` (`web.context`), which allauth's context would hide."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        (getattr(response, "context_data", None) or {}).pop("site", None)
        return response

    return wrapper


urlpatterns = [
    path("connexion/", _ours(views.login), name="account_login"),
    path("deconnexion/", _ours(views.logout), name="account_logout"),
    path("ferme/", _ours(views.account_inactive), name="account_inactive"),
    path("ouvrir/", _ours(views.signup), name="account_signup"),
    path("confirmer/", _ours(views.reauthenticate), name="account_reauthenticate"),
    path("adresse/", _ours(views.email), name="account_email"),
    path("adresse/lettre/", _ours(views.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^adresse/confirmer/(?P<key>[-:\w]+)/$", _ours(views.confirm_email), name="account_confirm_email"),
    path("mot-de-passe/changer/", _ours(views.password_change), name="account_change_password"),
    path("mot-de-passe/choisir/", _ours(views.password_set), name="account_set_password"),
    path("mot-de-passe/oublie/", _ours(views.password_reset), name="account_reset_password"),
    path("mot-de-passe/oublie/lettre/", _ours(views.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _ours(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/change/",
        _ours(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]

"""The pages of django-allauth that this site has, at French addresses: `/compte/…`.

The names are allauth's own, by which it finds its pages. Its other pages (codes by letter, telephones) are not here.
"""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views
from allauth.mfa.base import views as factors
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from cmq.web.espace import proconnect_views as proconnect
from cmq.web.espace.access import View
from cmq.web.espace.factor_views import (
    application,
    new_recovery_codes,
    overview,
    recovery_codes,
    remove_key,
    then_codes,
)
from cmq.web.espace.freshness import freshly_proven


def _ours(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Draw the page with our own `site` (`web.context`), which allauth's context would hide."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        (getattr(response, "context_data", None) or {}).pop("site", None)
        return response

    return wrapper


def _fresh(view: View) -> View:
    """What changes who may come in asks who is there. allauth asks too, but not those who have no password: it believes
    that they come anew from their provider each time."""
    asking = freshly_proven()(view)

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (asking if request.user.is_authenticated else view)(request, *args, **kwargs)

    return wrapper


urlpatterns = [
    path("connexion/", _ours(views.login), name="account_login"),
    path("deconnexion/", _ours(proconnect.log_out), name="account_logout"),
    path("proconnect/", proconnect.start, name="proconnect_start"),
    path("proconnect/encore/", proconnect.prove_again, name="proconnect_again"),
    path("proconnect/retour/", proconnect.come_back, name="proconnect_return"),
    path("proconnect/fin/", proconnect.left, name="proconnect_left"),
    path("ferme/", _ours(views.account_inactive), name="account_inactive"),
    path("ouvrir/", _ours(views.signup), name="account_signup"),
    path("confirmer/", _ours(views.reauthenticate), name="account_reauthenticate"),
    path("adresse/", _fresh(_ours(views.email)), name="account_email"),
    path("adresse/lettre/", _ours(views.email_verification_sent), name="account_email_verification_sent"),
    re_path(r"^adresse/confirmer/(?P<key>[-:\w]+)/$", _ours(views.confirm_email), name="account_confirm_email"),
    path("mot-de-passe/changer/", _ours(views.password_change), name="account_change_password"),
    path("mot-de-passe/choisir/", _fresh(_ours(views.password_set)), name="account_set_password"),
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
    path("second-facteur/", overview, name="mfa_index"),
    path("second-facteur/code/", _ours(factors.authenticate), name="mfa_authenticate"),
    path("second-facteur/confirmer/", _ours(factors.reauthenticate), name="mfa_reauthenticate"),
    path("second-facteur/application/", _fresh(then_codes(_ours(application))), name="mfa_activate_totp"),
    path("second-facteur/application/retirer/", _fresh(_ours(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path("second-facteur/codes-de-secours/", recovery_codes, name="mfa_view_recovery_codes"),
    path("second-facteur/codes-de-secours/nouveaux/", _fresh(new_recovery_codes), name="mfa_generate_recovery_codes"),
    path("second-facteur/cles/", overview, name="mfa_list_webauthn"),
    path("second-facteur/cles/nouvelle/", _fresh(then_codes(_ours(keys.add_webauthn))), name="mfa_add_webauthn"),
    path("second-facteur/cles/confirmer/", _ours(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("second-facteur/cles/<int:pk>/nom/", _fresh(_ours(keys.edit_webauthn)), name="mfa_edit_webauthn"),
    path("second-facteur/cles/<int:pk>/retirer/", _fresh(remove_key), name="mfa_remove_webauthn"),
    path("connexion/cle/", _ours(keys.login_webauthn), name="mfa_login_webauthn"),
]

"""`/espace/campus/<slug>/reseau/…`, and what an organisation sees of the same."""

from django.urls import path

from cmq.web.espace.network import views

_ALL = "campus/<slug:slug>/reseau"
_ORGANISATION = "organisations/<int:pk>"

urlpatterns = [
    path(f"{_ALL}/", views.network, name="espace_network"),
    path(f"{_ALL}/inviter/<int:pk>/", views.invite, name="espace_partner_invite"),
    path(f"{_ALL}/inviter/lycee/<slug:uai>/", views.invite_school, name="espace_partner_invite_school"),
    path(f"{_ALL}/demandes/<int:pk>/", views.campus_request, name="espace_partner_request"),
    path(f"{_ALL}/membres/<int:pk>/convention/", views.sign, name="espace_convention_new"),
    path(f"{_ALL}/conventions/<int:pk>/modifier/", views.change, name="espace_convention_change"),
    path(f"{_ALL}/conventions/<int:pk>/retirer/", views.withdraw, name="espace_convention_withdraw"),
    path("conventions/<int:pk>/document/", views.document, name="espace_convention_document"),
    path(f"{_ORGANISATION}/rejoindre/", views.ask, name="espace_organisation_ask"),
    path(f"{_ORGANISATION}/demandes/<int:request_pk>/", views.own_request, name="espace_organisation_request"),
]

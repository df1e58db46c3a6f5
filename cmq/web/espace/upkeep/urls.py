"""`/espace/campus/<slug>/entretien/…` and what keepers see of it."""

from django.urls import path

from cmq.web.espace.upkeep import views

_ALL = "campus/<slug:slug>/entretien"

urlpatterns = [
    path(f"{_ALL}/", views.overview, name="espace_upkeep"),
    path(f"{_ALL}/acces/", views.access, name="espace_access_review"),
    path(f"{_ALL}/relais/", views.hand_over, name="espace_hand_over"),
    path(f"{_ALL}/relais/annuler/", views.cancel, name="espace_hand_over_cancel"),
    path(f"{_ALL}/relais/inviter/", views.renew, name="espace_hand_over_renew"),
    path(f"{_ALL}/a-confirmer/", views.to_confirm, name="espace_to_confirm"),
    path(f"{_ALL}/confirmer/", views.confirm, name="espace_confirm"),
    path(f"{_ALL}/tout-confirmer/", views.confirm_all, name="espace_confirm_all"),
    path("registre/entretien/", views.overdue, name="registre_upkeep"),
]

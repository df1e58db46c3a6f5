"""`/espace/campus/<campus>/complementarites/…` and `…/besoins-et-offres/…`."""

from typing import Any

from django.urls import path

from cmq.web.espace.complements import views

CAMPUS = "campus/<slug:slug>/"
BOARD = f"{CAMPUS}besoins-et-offres/"

urlpatterns: list[Any] = [
    path(f"{CAMPUS}complementarites/", views.index, name="espace_complements"),
    path(f"{CAMPUS}complementarites/<int:pk>/ecarter/", views.dismiss, name="espace_complement_dismiss"),
    path(f"{CAMPUS}complementarites/<int:pk>/retablir/", views.restore, name="espace_complement_restore"),
    path(BOARD, views.board, name="espace_notices"),
    path(f"{BOARD}nouveau/", views.post, name="espace_notice_new"),
    path(f"{BOARD}<int:pk>/", views.notice, name="espace_notice"),
    path(f"{BOARD}<int:pk>/clore/", views.close, name="espace_notice_close"),
]

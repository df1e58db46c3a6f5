"""`/espace/campus/<campus>/projets/…` and `…/pratiques/…`."""

from typing import Any

from django.urls import path

from cmq.web.espace.projects import owner_views, practice_views, views

CAMPUS = "campus/<slug:slug>/"
PROJECT = f"{CAMPUS}projets/<int:pk>/"

urlpatterns: list[Any] = [
    path(f"{CAMPUS}projets/", views.index, name="espace_projects"),
    path(f"{CAMPUS}projets/nouveau/", views.new, name="espace_project_new"),
    path(PROJECT, views.project, name="espace_project"),
    path(f"{PROJECT}modifier/", views.change, name="espace_project_change"),
    path(f"{PROJECT}etat/", views.move, name="espace_project_move"),
    path(f"{PROJECT}resultats/", views.results, name="espace_project_results"),
    path(f"{PROJECT}images/", views.add_picture, name="espace_project_picture_add"),
    path(f"{PROJECT}images/<int:picture>/", views.picture, name="espace_project_picture"),
    path(f"{PROJECT}images/<int:picture>/retirer/", views.remove_picture, name="espace_project_picture_remove"),
    path(f"{PROJECT}porteurs/", owner_views.ask, name="espace_project_owners"),
    path(f"{PROJECT}porteurs/accepter/", owner_views.accept, name="espace_project_accept"),
    path(f"{PROJECT}porteurs/<int:owner>/fin/", owner_views.end, name="espace_project_owner_end"),
    path(f"{PROJECT}pratique/", practice_views.publish, name="espace_project_publish"),
    path(f"{PROJECT}pratique/retirer/", practice_views.withdraw, name="espace_project_withdraw"),
    path(f"{CAMPUS}pratiques/", practice_views.index, name="espace_practices"),
    path(f"{CAMPUS}pratiques/<int:pk>/", practice_views.practice, name="espace_practice"),
    path(f"{CAMPUS}pratiques/<int:pk>/images/<int:picture>/", practice_views.picture, name="espace_practice_picture"),
    path(f"{CAMPUS}pratiques/<int:pk>/reprendre/", practice_views.take_up, name="espace_practice_take_up"),
]

"""`/espace/lettre/…`."""

from typing import Any

from django.urls import path

from cmq.web.espace.newsletter import views

ISSUE = "lettre/<int:pk>/"
BLOCK = f"{ISSUE}blocs/<int:block>/"

urlpatterns: list[Any] = [
    path("lettre/", views.issues, name="issues"),
    path("lettre/nouveau/", views.new, name="issue_new"),
    path(ISSUE, views.issue, name="issue"),
    path(f"{ISSUE}modifier/", views.edit, name="issue_edit"),
    path(f"{ISSUE}choisir/", views.choose, name="issue_choose"),
    path(f"{ISSUE}texte/", views.add_text, name="issue_text"),
    path(f"{ISSUE}apercu.html", views.drawn, name="issue_drawn"),
    path(f"{ISSUE}proposer/", views.propose, name="issue_propose"),
    path(f"{ISSUE}accord/", views.agree, name="issue_agree"),
    path(f"{ISSUE}reprendre/", views.take_back, name="issue_take_back"),
    path(f"{ISSUE}suspendre/", views.pause, name="issue_pause"),
    path(f"{ISSUE}relancer/", views.resume, name="issue_resume"),
    path(f"{ISSUE}abandonner/", views.remove, name="issue_remove"),
    path(BLOCK, views.block, name="issue_block"),
    path(f"{BLOCK}monter/", views.block_up, name="issue_block_up"),
    path(f"{BLOCK}descendre/", views.block_down, name="issue_block_down"),
    path(f"{BLOCK}retirer/", views.block_remove, name="issue_block_remove"),
]

"""`/espace/campagnes/…`: the secretariat’s desk."""

from django.urls import path

from cmq.web.espace.campaigns import board_views, views

CAMPAIGN = "campagnes/<slug:slug>/"

urlpatterns = [
    path("campagnes/", views.campaigns, name="campaigns"),
    path("nouvelle-campagne/", views.new, name="campaign_new"),
    path(CAMPAIGN, views.campaign, name="campaign"),
    path(f"{CAMPAIGN}ouverture/", views.open_, name="campaign_open"),
    path(f"{CAMPAIGN}calendrier/", views.move, name="campaign_move"),
    path(f"{CAMPAIGN}cloture/", views.close_, name="campaign_close"),
    path(f"{CAMPAIGN}tableau/", board_views.board_page, name="campaign_board"),
    path(f"{CAMPAIGN}tableau.csv", board_views.board_csv, name="campaign_board_csv"),
    path(f"{CAMPAIGN}tableau/actes/", board_views.bulk, name="campaign_bulk"),
    path(f"{CAMPAIGN}tableau/rappels/", board_views.remind, name="campaign_remind"),
]

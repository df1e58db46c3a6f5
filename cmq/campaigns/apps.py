"""Calls for the label: what is asked, by which grid, before which college, and when."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "cmq.campaigns"
    verbose_name = "Campagnes"

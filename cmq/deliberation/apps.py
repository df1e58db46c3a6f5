"""The college takes position, decides jointly and signs; the last signature awards."""

from django.apps import AppConfig


class DeliberationConfig(AppConfig):
    name = "cmq.deliberation"
    verbose_name = "Délibération"

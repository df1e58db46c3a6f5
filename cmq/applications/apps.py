"""The file that asks for a label: written together, signed jointly, examined."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "cmq.applications"
    verbose_name = "Dossiers"

from django.apps import AppConfig


class OpendataConfig(AppConfig):
    name = "cmq.opendata"
    label = "opendata"
    verbose_name = "Données ouvertes"

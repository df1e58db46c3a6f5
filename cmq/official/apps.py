from django.apps import AppConfig


class OfficialConfig(AppConfig):
    name = "cmq.official"
    label = "official"
    verbose_name = "Données officielles"

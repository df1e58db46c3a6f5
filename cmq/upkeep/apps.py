from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "cmq.upkeep"
    label = "upkeep"
    verbose_name = "Entretien des campus"

from django.apps import AppConfig


class LabourConfig(AppConfig):
    name = "cmq.labour"
    label = "labour"
    verbose_name = "Besoins en main-d’œuvre"

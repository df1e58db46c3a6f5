from django.apps import AppConfig


class OnisepConfig(AppConfig):
    name = "cmq.onisep"
    label = "onisep"
    verbose_name = "Données de l’Onisep"

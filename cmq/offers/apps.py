from django.apps import AppConfig


class OffersConfig(AppConfig):
    name = "cmq.offers"
    label = "offers"
    verbose_name = "Offres d’emploi"

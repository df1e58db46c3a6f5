from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "cmq.funding"
    label = "funding"
    verbose_name = "Financements"

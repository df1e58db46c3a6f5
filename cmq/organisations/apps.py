from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "cmq.organisations"
    label = "organisations"
    verbose_name = "Organisations"

from django.apps import AppConfig


class RenewalsConfig(AppConfig):
    name = "cmq.renewals"
    label = "renewals"
    verbose_name = "Échéances"

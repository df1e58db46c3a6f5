from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "cmq.alerts"
    label = "alerts"
    verbose_name = "Alertes"

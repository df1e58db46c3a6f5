from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "cmq.operations"
    label = "operations"
    verbose_name = "Exploitation"

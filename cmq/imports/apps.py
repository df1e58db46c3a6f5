from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "cmq.imports"
    label = "imports"
    verbose_name = "Imports"

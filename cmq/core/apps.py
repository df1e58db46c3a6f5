from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cmq.core"
    label = "core"
    verbose_name = "Socle"

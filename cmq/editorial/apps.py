from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "cmq.editorial"
    label = "editorial"
    verbose_name = "Rédaction"

from django.apps import AppConfig


class ComplementsConfig(AppConfig):
    name = "cmq.complements"
    label = "complements"
    verbose_name = "Complémentarités"

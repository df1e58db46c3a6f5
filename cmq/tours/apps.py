from django.apps import AppConfig


class ToursConfig(AppConfig):
    name = "cmq.tours"
    label = "tours"
    verbose_name = "Événements mobiles"

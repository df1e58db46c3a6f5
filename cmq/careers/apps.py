from django.apps import AppConfig


class CareersConfig(AppConfig):
    name = "cmq.careers"
    label = "careers"
    verbose_name = "Métiers"

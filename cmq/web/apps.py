from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "cmq.web"
    label = "web"
    verbose_name = "Site"

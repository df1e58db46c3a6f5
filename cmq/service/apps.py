from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "cmq.service"
    label = "service"
    verbose_name = "Service"

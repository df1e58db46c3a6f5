from django.apps import AppConfig


class LabelsConfig(AppConfig):
    name = "cmq.labels"
    label = "labels"
    verbose_name = "Labels"

from django.apps import AppConfig


class CampusesConfig(AppConfig):
    name = "cmq.campuses"
    label = "campuses"
    verbose_name = "Campus"

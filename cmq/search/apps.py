from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "cmq.search"
    label = "search"
    verbose_name = "Recherche"

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "cmq.catalogue"
    label = "catalogue"
    verbose_name = "Catalogue des formations"

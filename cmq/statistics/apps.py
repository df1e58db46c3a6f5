from django.apps import AppConfig


class StatisticsConfig(AppConfig):
    name = "cmq.statistics"
    label = "statistics"
    verbose_name = "Statistiques des territoires"

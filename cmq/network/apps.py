from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "cmq.network"
    label = "network"
    verbose_name = "Réseau"

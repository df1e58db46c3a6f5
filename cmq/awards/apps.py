"""The authorities sign together; the last signature awards; publication enters the register."""

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "cmq.awards"
    verbose_name = "Attributions"

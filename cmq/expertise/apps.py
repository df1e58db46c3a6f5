"""Experts examine files by the grid, without knowing each other's marks beforehand."""

from django.apps import AppConfig


class ExpertiseConfig(AppConfig):
    name = "cmq.expertise"
    verbose_name = "Expertise"

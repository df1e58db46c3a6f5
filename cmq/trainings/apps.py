from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "cmq.trainings"
    label = "trainings"
    verbose_name = "Formations"

from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "cmq.trainings"
    label = "trainings"
    verbose_name = "Formations"

    def ready(self) -> None:
        """Say what a campus is asked to confirm."""
        from cmq.trainings.upkeep import declare

        declare()

from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    name = "cmq.trainings"
    label = "trainings"
    verbose_name = "Formations"

    def ready(self) -> None:
        """Say what a campus is asked to confirm, and where its partners are cited."""
        from cmq.network.citing import register
        from cmq.trainings.citing import given_by
        from cmq.trainings.upkeep import declare

        declare()
        register("trainings", given_by)

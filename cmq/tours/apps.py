from django.apps import AppConfig


class ToursConfig(AppConfig):
    name = "cmq.tours"
    label = "tours"
    verbose_name = "Événements mobiles"

    def ready(self) -> None:
        """Say what a campus is asked to confirm, and where its partners are cited."""
        from cmq.network.citing import register
        from cmq.tours.citing import receiving
        from cmq.tours.upkeep import declare

        declare()
        register("tours", receiving)

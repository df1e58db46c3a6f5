from django.apps import AppConfig


class ToursConfig(AppConfig):
    name = "cmq.tours"
    label = "tours"
    verbose_name = "Événements mobiles"

    def ready(self) -> None:
        """Say what a campus is asked to confirm."""
        from cmq.tours.upkeep import declare

        declare()

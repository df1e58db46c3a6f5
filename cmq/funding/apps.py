from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "cmq.funding"
    label = "funding"
    verbose_name = "Financements"

    def ready(self) -> None:
        """Say what a campus is asked to confirm."""
        from cmq.funding.upkeep import declare

        declare()

from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "cmq.funding"
    label = "funding"
    verbose_name = "Financements"

    def ready(self) -> None:
        """Say what a campus is asked to confirm, and where its partners are cited."""
        from cmq.funding.citing import paid_by
        from cmq.funding.upkeep import declare
        from cmq.network.citing import register

        declare()
        register("funding", paid_by)

from django.apps import AppConfig


class ProofConfig(AppConfig):
    name = "cmq.proof"
    verbose_name = "Preuves du label"

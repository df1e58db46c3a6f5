from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "cmq.evidence"
    label = "evidence"
    verbose_name = "Indicateurs et rapports"

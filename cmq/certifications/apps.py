from django.apps import AppConfig


class CertificationsConfig(AppConfig):
    name = "cmq.certifications"
    label = "certifications"
    verbose_name = "Certifications"

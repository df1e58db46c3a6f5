from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "cmq.newsletter"
    label = "newsletter"
    verbose_name = "Lettre d’information"

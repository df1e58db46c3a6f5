from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "cmq.reference"
    label = "reference"
    verbose_name = "Référentiel"
    default_auto_field = "django.db.models.BigAutoField"

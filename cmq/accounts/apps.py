from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cmq.accounts"
    label = "accounts"
    verbose_name = "Personnes"

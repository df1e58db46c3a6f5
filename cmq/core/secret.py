"""Secrets come from the environment and from nowhere else: which variables hold one, and what a key must be."""

import os
from typing import Final

KEY: Final = "CMQ_SECRET_KEY"
FALLBACKS: Final = "CMQ_SECRET_KEY_FALLBACKS"
SIGNING_KEYS: Final = "CMQ_SIGNING_KEYS"
# Each variable that may hold a secret (`docs/settings.md` marks the same), and the setting that it becomes.
SETTINGS: Final = {
    KEY: "SECRET_KEY",
    FALLBACKS: "SECRET_KEY_FALLBACKS",
    SIGNING_KEYS: "SIGNING_KEYS",
    "DATABASE_URL": "DATABASES",
    "CMQ_REPLICA_URL": "DATABASES",
    "CMQ_CACHE_URL": "CACHES",
    "CMQ_MAIL_URL": "EMAIL_HOST_PASSWORD",
    "CMQ_S3_SECRET": "STORAGES",
    "CMQ_PROCONNECT_CLIENT_SECRET": "PROCONNECT_CLIENT_SECRET",
    "CMQ_LETTER_WEBHOOK_SECRET": "LETTER_WEBHOOK_SECRET",
    "CMQ_METRICS_TOKEN": "METRICS_TOKEN",
    "CMQ_TSA_URL": "TSA_URL",
    "CMQ_OUTGOING_PROXY": "OUTGOING_PROXY",
    "CMQ_FRANCE_TRAVAIL_SECRET": "FRANCE_TRAVAIL_SECRET",
    "CMQ_BONNE_ALTERNANCE_KEY": "BONNE_ALTERNANCE_KEY",
    "OTEL_EXPORTER_OTLP_HEADERS": "",
}
# The way to a database, to a cache or out of a network is of one place: a site restored elsewhere has another.
OF_THIS_PLACE: Final = frozenset({"DATABASE_URL", "CMQ_REPLICA_URL", "CMQ_CACHE_URL", "CMQ_OUTGOING_PROXY"})

_LEAST, _LEAST_DIFFERENT = 50, 10
_EXAMPLES = ("django-insecure-", "changeme", "change-me", "change_me", "secret-key", "secret_key", "exemple", "example")


def weakness(key: str) -> str:
    """Why a text cannot be the key of a site, in French; empty when it can."""
    if len(key) < _LEAST or len(set(key)) < _LEAST_DIFFERENT:
        return f"il en faut {_LEAST} signes au moins, tirés au hasard"
    if any(each in key.lower() for each in _EXAMPLES):
        return "c’est un exemple que tout le monde connaît"
    return ""


def problem(key: str) -> str:
    """Why a site does not start with this key, and what to do, in French; empty when it does."""
    if not key:
        return (
            f"{KEY} manque : sans elle, rien ne se signe. Lancez « cmq secrets --dans .env », qui n’écrit que ce qui "
            "manque, ou donnez-la dans l’environnement."
        )
    why = weakness(key)
    return f"{KEY} est trop faible : {why}. « cmq secrets » en donne une." if why else ""


def given() -> dict[str, str]:
    """Each secret that the environment holds, by the name of its variable."""
    return {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}

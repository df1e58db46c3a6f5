"""What `cmq doctor` finds of secrets: whose they are to read, how good, and where they stand. It shows none."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from cmq.core import env_files, secret
from cmq.core.errors import Refusal
from cmq.proof import keys
from cmq.proof.models import SigningKey


def of_the_environment() -> Iterator[str]:
    """Of the key of the site, of the file that completes the environment, of what stands elsewhere."""
    path = Path(settings.ENV_FILE or os.devnull)
    if path.is_file() and env_files.is_open_to_others(path):
        yield f"« {path} » porte des secrets et d’autres peuvent le lire. Lancez « chmod 600 {path} »."
    if why := secret.weakness(settings.SECRET_KEY):
        yield f"CMQ_SECRET_KEY est trop faible : {why}. « cmq secrets » en donne une."
    if any(secret.weakness(each) for each in settings.SECRET_KEY_FALLBACKS):
        yield "Une clé de CMQ_SECRET_KEY_FALLBACKS est trop faible. Ôtez-la dès que rien ne s’en sert."
    for former in (Path(settings.VAR_DIR) / name for name in ("secret-key", "cles")):
        if former.exists():
            yield f"« {former} » porte encore une clé d’avant. Lancez « cmq secrets --dans .env », qui la reprend."
    for name in _written_elsewhere():
        yield f"Le secret de {name} est écrit dans un fichier de réglages. Donnez-le par l’environnement seulement."


def of_signing_keys() -> Iterator[str]:
    """Of the keys that sign: private ones of the environment against those that are published."""
    try:
        here = keys.private_keys().keys()
        keys.current()
    except Refusal as error:
        yield f"{error} Voyez « cmq cles »."
        return
    yield from (
        f"La clé {each} de CMQ_SIGNING_KEYS n’est pas publiée. Lancez « cmq cles publier »."
        for each in sorted(here - set(SigningKey.objects.values_list("thumbprint", flat=True)))
    )
    for key in SigningKey.objects.order_by("pk"):
        if key.retired_at is None and key.thumbprint not in here:
            yield (
                f"La clé publiée {key} manque à CMQ_SIGNING_KEYS. Remettez-la, ou lancez « cmq cles retirer {key} »."
            )
        elif key.retired_at is not None and key.thumbprint in here:
            yield f"La clé retirée {key} est encore dans CMQ_SIGNING_KEYS. Ôtez-la : elle ne signe plus rien."


def _written_elsewhere() -> Iterator[str]:
    """The variable of each setting whose secret the environment does not hold."""
    told: dict[str, list[str]] = {}
    for variable, name in secret.SETTINGS.items():
        told.setdefault(name, []).append(variable)
    for name, variables in told.items():
        texts = [os.environ.get(each, "") for each in variables]
        known = [*texts, *map(unquote, texts)]
        if any(value and not any(value in text for text in known) for value in _values(name)):
            yield variables[0]


def _values(name: str) -> list[str]:
    value: Any = getattr(settings, name, "")
    if name == "DATABASES":
        return [str(each.get("PASSWORD") or "") for each in value.values()]
    if name == "CACHES":
        return [str(each.get("OPTIONS", {}).get("password", "")) for each in value.values()]
    if name == "STORAGES":
        return [str(value["default"].get("OPTIONS", {}).get("secret", ""))]
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]

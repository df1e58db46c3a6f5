"""`cmq cles`: the keys that sign credentials – listed, made, published, retired."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from joserfc.jwk import OKPKey

from cmq.core import env_files
from cmq.core.errors import Refusal
from cmq.core.secret import SIGNING_KEYS
from cmq.proof import keys, private
from cmq.proof.actions import publish_key, publish_keys, retire_key
from cmq.proof.models import SigningKey


class Command(BaseCommand):
    """List by default; change one thing at a time."""

    help = "Montre les clés qui signent les justificatifs ; en fait une, en publie, en retire (docs/guide/cles.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        acts = parser.add_subparsers(dest="act", metavar="ACTE")
        new = acts.add_parser("nouvelle", help="fait une clé ; elle signera quand l’environnement l’aura")
        acts.add_parser("publier", help="publie les clés de CMQ_SIGNING_KEYS qui ne le sont pas")
        retire = acts.add_parser("retirer", help="ne signe plus rien avec une clé")
        retire.add_argument("key", metavar="EMPREINTE", help="les premiers signes de son empreinte suffisent")
        retire.add_argument("--compromise", action="store_true", help="ce qu’elle a signé ne prouve plus rien")
        for act in (new, retire):
            act.add_argument("--dans", type=Path, metavar="FICHIER", help="change CMQ_SIGNING_KEYS dans ce fichier")

    def handle(self, *args: Any, act: str | None, **options: Any) -> None:
        """Do it, then show the keys."""
        try:
            if act == "nouvelle":
                self._make(options["dans"])
            elif act == "publier":
                publish_keys(at=timezone.now())
            elif act == "retirer":
                self._retire(options["key"], options["dans"], is_compromised=options["compromise"])
            here = keys.private_keys() if options.get("dans") is None else _held_by(options["dans"])
            self._show(here.keys())
        except Refusal as error:
            raise CommandError(str(error)) from error

    def _make(self, file: Path | None) -> None:
        """The private part is somewhere before the public one is published: a key that nobody has would stay so."""
        key = private.make()
        if file is None:
            told = private.written([*keys.private_keys().values(), key])
            self.stdout.write("Mettez cette ligne dans l’environnement du site, sur chaque machine, puis relancez :")
            self.stdout.write(env_files.line(SIGNING_KEYS, told), ending="")
        else:
            _change(file, lambda here: [*here.values(), key])
            self.stdout.write(f"Écrite dans {file} : relancez le site, elle signera.")
        publish_key(key, at=timezone.now())

    def _retire(self, beginning: str, file: Path | None, *, is_compromised: bool) -> None:
        found = list(SigningKey.objects.filter(thumbprint__startswith=beginning))
        if len(found) != 1:
            raise Refusal("Aucune clé ne commence ainsi." if not found else "Plusieurs clés commencent ainsi.")
        gone = found[0].thumbprint
        retire_key(found[0], at=timezone.now(), is_compromised=is_compromised)
        if file is not None:
            _change(file, lambda here: [key for name, key in here.items() if name != gone])
            self.stdout.write(f"Partie privée effacée de {file} : faites de même sur chaque machine.")
        elif gone in keys.private_keys():
            self.stdout.write(f"Ôtez de CMQ_SIGNING_KEYS, sur chaque machine, la clé dont le « kid » est {gone}.")

    def _show(self, here: Any) -> None:
        for key in SigningKey.objects.all():
            where = "partie privée ici" if key.thumbprint in here else "partie privée ailleurs ou détruite"
            self.stdout.write(f"{key.thumbprint}  {_state(key)}, {where}")
        if not SigningKey.objects.signing().filter(thumbprint__in=list(here)).exists():
            self.stdout.write("Aucune clé ne peut signer ici. Faites-en une : cmq cles nouvelle")


def _held_by(file: Path) -> dict[str, OKPKey]:
    return private.read(env_files.read(file).get(SIGNING_KEYS, ""))


def _change(file: Path, kept: Callable[[dict[str, OKPKey]], list[OKPKey]]) -> None:
    def wanted(said: dict[str, str]) -> dict[str, str]:
        return {SIGNING_KEYS: private.written(kept(private.read(said.get(SIGNING_KEYS, ""))))}

    try:
        env_files.change(file, wanted)
    except OSError as error:
        raise Refusal(f"« {file} » ne s’écrit pas : {error.strerror}.") from error


def _state(key: SigningKey) -> str:
    if key.compromised_at:
        return f"compromise le {key.compromised_at:%d/%m/%Y}"
    if key.retired_at:
        return f"retirée le {key.retired_at:%d/%m/%Y}, toujours publiée"
    return f"en service depuis le {key.published_at:%d/%m/%Y}"

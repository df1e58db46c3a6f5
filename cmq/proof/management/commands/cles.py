"""`cmq cles`: the keys that sign credentials – listed, made, published, retired."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.proof import keys
from cmq.proof.actions import publish_key, publish_keys, retire_key
from cmq.proof.models import SigningKey


class Command(BaseCommand):
    """List by default; change one thing at a time."""

    help = "Montre les clés qui signent les justificatifs ; en fait une, en publie, en retire (docs/guide/cles.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        acts = parser.add_subparsers(dest="act", metavar="ACTE")
        acts.add_parser("nouvelle", help="fait une clé, que les prochains justificatifs emploient")
        acts.add_parser("publier", help="publie les clés de cette machine qui ne le sont pas (CMQ_SIGNING_KEYS)")
        retire = acts.add_parser("retirer", help="ne signe plus rien avec une clé, et détruit sa partie privée")
        retire.add_argument("key", metavar="EMPREINTE", help="les premiers signes de son empreinte suffisent")
        retire.add_argument("--compromise", action="store_true", help="ce qu’elle a signé ne prouve plus rien")

    def handle(self, *args: Any, act: str | None, **options: Any) -> None:
        """Do it, then show the keys."""
        try:
            if act == "nouvelle":
                publish_key(keys.make(), at=timezone.now())
            elif act == "publier":
                publish_keys(at=timezone.now())
            elif act == "retirer":
                self._retire(options["key"], is_compromised=options["compromise"])
            self._show(keys.private_keys().keys())
        except Refusal as error:
            raise CommandError(str(error)) from error

    def _retire(self, beginning: str, *, is_compromised: bool) -> None:
        found = list(SigningKey.objects.filter(thumbprint__startswith=beginning))
        if len(found) != 1:
            raise Refusal("Aucune clé ne commence ainsi." if not found else "Plusieurs clés commencent ainsi.")
        retire_key(found[0], at=timezone.now(), is_compromised=is_compromised)
        keys.forget(found[0])
        if found[0].thumbprint in keys.private_keys():
            self.stdout.write("Retirez aussi cette clé de CMQ_SIGNING_KEYS, sur chaque machine.")

    def _show(self, private: Any) -> None:
        for key in SigningKey.objects.all():
            where = "partie privée ici" if key.thumbprint in private else "partie privée ailleurs ou détruite"
            self.stdout.write(f"{key.thumbprint}  {_state(key)}, {where}")
        if not SigningKey.objects.signing().filter(thumbprint__in=list(private)).exists():
            self.stdout.write("Aucune clé ne peut signer ici. Faites-en une : cmq cles nouvelle")


def _state(key: SigningKey) -> str:
    if key.compromised_at:
        return f"compromise le {key.compromised_at:%d/%m/%Y}"
    if key.retired_at:
        return f"retirée le {key.retired_at:%d/%m/%Y}, toujours publiée"
    return f"en service depuis le {key.published_at:%d/%m/%Y}"

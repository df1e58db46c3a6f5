"""What people agree to, word for word, and the hash that proves it of an address without keeping the address.

A text that somebody agreed to never leaves this file: a proof names its version (RGPD, article 7-1).
"""

from cmq.core import addresses

CURRENT = "2026-11"
TEXTS = {
    "2026-11": (
        "Je demande à recevoir la lettre d’information à cette adresse, selon les sujets et le rythme que j’ai "
        "choisis. Mon adresse ne sert qu’à cela. Je peux changer mes choix ou me désabonner à tout moment, depuis "
        "chaque lettre ; mon adresse est alors effacée."
    )
}
_PURPOSE = "cmq.newsletter.consent"


def hash_of(email: str) -> str:
    """What a proof keeps of an address."""
    return addresses.digest_of(email, purpose=_PURPOSE)


def hashes_of(email: str) -> list[str]:
    """The hashes by which proofs of an address are found: with the site's key, and with its former ones."""
    return addresses.digests_of(email, purpose=_PURPOSE)

"""What happens to the keys of the issuer: published, retired, declared compromised. Each is a line of the journal."""

import datetime as dt

from joserfc.jwk import OKPKey

from cmq.core.errors import require
from cmq.core.feed import action, record
from cmq.proof import keys
from cmq.proof.models import SigningKey


@action
def publish_key(key: OKPKey, *, at: dt.datetime) -> SigningKey:
    """Publish the public part of a key; from now on it may sign. A key that is published already stays as it is."""
    published, is_new = SigningKey.objects.get_or_create(
        thumbprint=key.thumbprint(), defaults={"x": str(key.as_dict(private=False)["x"]), "published_at": at}
    )
    if is_new:
        record(published, "proof.publish_key", f"Clé de signature publiée : {published}.")
    return published


def publish_keys(*, at: dt.datetime) -> None:
    """Publish every private key of the environment that is not yet. Raises `Refusal` when one cannot be read."""
    for key in keys.private_keys().values():
        publish_key(key, at=at)


@action
def retire_key(key: SigningKey, *, at: dt.datetime, is_compromised: bool = False) -> SigningKey:
    """Sign nothing more with a key.

    Args:
        is_compromised: somebody else may hold it: it leaves the published keys, and what it signed proves nothing.
    Raises `Refusal`.
    """
    # Lock the key: of two at once, the second must see the first.
    key = SigningKey.objects.select_for_update().get(pk=key.pk)
    require(key.compromised_at is None, "Cette clé est déjà déclarée compromise.")
    require(is_compromised or key.retired_at is None, "Cette clé est déjà retirée.")
    key.retired_at = key.retired_at or at
    key.compromised_at = at if is_compromised else None
    key.save(update_fields=["retired_at", "compromised_at"])
    verb = "compromise" if is_compromised else "retirée"
    record(key, "proof.retire_key", f"Clé de signature {verb} : {key}.")
    return key

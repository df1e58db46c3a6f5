"""Addresses of which only « is it the same? » is ever asked: a keyed digest stands for them.

Whoever reads the database finds no address again, nor tries a list of them, without the site's key.
"""

import hashlib
import hmac

from django.conf import settings


def digest_of(address: str, *, purpose: str) -> str:
    """What is kept of an address for one purpose (64 hexadecimal digits); another purpose gives another digest."""
    return _keyed(address, purpose, settings.SECRET_KEY)


def digests_of(address: str, *, purpose: str) -> list[str]:
    """Those by which an address is found: with the site's key, and with its former ones."""
    return [_keyed(address, purpose, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Keys of the cache as they are stored: libraries put callers' IPs and addresses in theirs."""
    text = f"{key_prefix}:{version}:{key}"
    return hmac.new(f"cmq.cache{settings.SECRET_KEY}".encode(), text.encode(), hashlib.sha256).hexdigest()


def _keyed(text: str, purpose: str, key: str) -> str:
    return hmac.new(f"{purpose}{key}".encode(), text.strip().lower().encode(), hashlib.sha256).hexdigest()

"""Who is asking: the one place that tells a reader's address, and what is counted in its stead."""

import hashlib
import ipaddress

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from cmq.core import rates
from cmq.core.rates import Rate

# Whoever has an IPv6 line has all these addresses.
_LINE = 64  # bits


def address_of(request: HttpRequest) -> str:
    """The reader's IP address as the declared proxies tell it (`CMQ_BEHIND_PROXY`); empty where they tell none. An
    IPv6 address is that of its line."""
    if getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0) and not request.headers.get("X-Forwarded-For"):
        return ""
    try:
        told = str(get_adapter().get_client_ip(request))
        address = ipaddress.ip_address(told)
    except (PermissionDenied, ValueError):
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, _LINE), strict=False).network_address)
    return told


def is_this_machine(address: str) -> bool:
    """Whether it is ourselves: somebody who tries the site, or a proxy that was not declared and hides everyone."""
    return bool(address) and ipaddress.ip_address(address).is_loopback


def digest_of(address: str) -> str:
    """What is kept of an address while it is counted; nobody finds the address again without the site's key."""
    return hashlib.sha256(f"{settings.SECRET_KEY}{address}".encode()).hexdigest()[:32]


def hit(request: HttpRequest, what: str, *, limit: int, seconds: int) -> Rate:
    """Count one more act of some kind by the address that asks."""
    return rates.hit(f"{what}:{digest_of(address_of(request))}", limit=limit, seconds=seconds)

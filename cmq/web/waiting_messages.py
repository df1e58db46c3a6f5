"""Messages that wait for the next page: in a cookie, as Django does, under a name bound to this host."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


def cookie_name() -> str:
    """As the browser keeps it."""
    return f"{settings.COOKIE_PREFIX}messages"


class _Cookie(CookieStorage):
    @property
    def cookie_name(self) -> str:  # type: ignore[override]
        return cookie_name()


class Storage(FallbackStorage):
    """In the cookie what it holds, the rest in the session."""

    storage_classes = (_Cookie, SessionStorage)

"""`cmq diffsettings`: Django's, without the secrets that settings hold."""

from typing import Any

from django.core.management.commands import diffsettings
from django.views.debug import get_default_exception_reporter_filter


class Command(diffsettings.Command):
    """Show what is set otherwise than by default."""

    def output_hash(self, user_settings: dict[str, str], default_settings: dict[str, str], **options: Any) -> list[str]:
        """One line a setting."""
        return super().output_hash(_without_secrets(user_settings), default_settings, **options)

    def output_unified(
        self, user_settings: dict[str, str], default_settings: dict[str, str], **options: Any
    ) -> list[str]:
        """Lines as of a patch."""
        return super().output_unified(_without_secrets(user_settings), default_settings, **options)


def _without_secrets(user_settings: dict[str, str]) -> dict[str, str]:
    safe = get_default_exception_reporter_filter().get_safe_settings()
    return {name: repr(safe[name]) if name in safe else text for name, text in user_settings.items()}

"""What is shown of settings to who looks for a failure: never a secret."""

import re
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

_IN_ADDRESS = re.compile(r"://[^/\s@]+@")


class SecretFilter(SafeExceptionReporterFilter):
    """As Django's, which knows secrets by the names of settings; an address may hold one too."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """The value to show under a name."""
        shown = super().cleanse_setting(key, value)
        return _IN_ADDRESS.sub(f"://{self.cleansed_substitute}@", shown) if isinstance(shown, str) else shown

"""What a table is that only the holders of a token read."""

from abc import abstractmethod
from typing import Any, ClassVar

from django.db.models import QuerySet

from cmq.opendata.dataset import Dataset
from cmq.opendata.models import ApiToken, Scope

NOT_PUBLIC = "Non publique"


class Internal(Dataset):
    """A table of which each reader sees the rows that their token opens."""

    scope: ClassVar[Scope]
    licence = NOT_PUBLIC
    sources = ("Registre des campus, partie interne",)

    @abstractmethod
    def of(self, token: ApiToken, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of the rows that a token opens."""

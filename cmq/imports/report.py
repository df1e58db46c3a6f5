"""What an import would do, or did, row by row; and what is wrong with its file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from django.db import models

MOST_ERRORS = 200


class Outcome(models.TextChoices):
    """What becomes of a row."""

    CREATED = "cree", "créé"
    CHANGED = "change", "complété"
    UNCHANGED = "inchange", "inchangé"


@dataclass(frozen=True)
class RowError:
    """One thing that is wrong.

    Attributes:
        sheet: name of the sheet or file; empty when the whole upload is concerned.
        row: number of the row as a spreadsheet shows it (the header is row 1); 0 for the whole sheet.
        column: header of the column; empty for the whole row.
        message: French sentence.
    """

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = [self.sheet, f"ligne {self.row}" if self.row else "", f"colonne {self.column}" if self.column else ""]
        place = ", ".join(part for part in where if part)
        return f"{place} : {self.message}" if place else self.message


@dataclass(frozen=True)
class RowLine:
    """What becomes of one row; `what` is an `Outcome` value, `label` names the row in French."""

    sheet: str
    row: int
    what: str
    label: str


@dataclass(frozen=True)
class Report:
    """The outcome of a whole import, dry or real. With errors, nothing was or would be written."""

    created: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    unchanged: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[RowLine, ...] = ()
    errors: tuple[RowError, ...] = ()

    @classmethod
    def of_lines(cls, lines: list[RowLine]) -> Self:
        """The report of rows that all went well."""

        def counted(what: Outcome) -> dict[str, int]:
            return dict(Counter(line.sheet for line in lines if line.what == what))

        return cls(counted(Outcome.CREATED), counted(Outcome.CHANGED), counted(Outcome.UNCHANGED), tuple(lines))

    @classmethod
    def of_errors(cls, errors: list[RowError]) -> Self:
        """The report of a refused file; of very many errors the first ones are kept, and the rest counted."""
        kept = errors[:MOST_ERRORS]
        if len(errors) > MOST_ERRORS:
            kept.append(RowError("", 0, "", f"… et {len(errors) - MOST_ERRORS} autres erreurs."))
        return cls(errors=tuple(kept))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The report that `as_json` gave."""
        return cls(
            data.get("created", {}),
            data.get("changed", {}),
            data.get("unchanged", {}),
            tuple(RowLine(**line) for line in data.get("lines", ())),
            tuple(RowError(**error) for error in data.get("errors", ())),
        )

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @property
    def changes_something(self) -> bool:
        """Whether any row is new or says something new."""
        return bool(self.created or self.changed)

    @property
    def summary(self) -> str:
        """One French sentence."""
        if self.errors:
            count = len(self.errors)
            return f"Import refusé : {count} erreur{'s' if count > 1 else ''}. Rien n’a été écrit."
        totals = (sum(self.created.values()), sum(self.changed.values()), sum(self.unchanged.values()))
        return "Lignes créées : {}, complétées : {}, inchangées : {}.".format(*totals)

"""The parameters of a call: what may be given, and what was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from cmq.web.api.problems import bad, bad_ones

Given = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it is, its JSON Schema without choices, and what may be chosen, where that is listed."""

    name: str
    meaning: str
    example: str = ""
    choices: Callable[[], Iterable[str]] | None = None
    is_many: bool = False
    # Several values in one, separated by commas.
    is_list: bool = False
    schema: tuple[tuple[str, Any], ...] = (("type", "string"), ("minLength", 1), ("maxLength", 200))

    @property
    def longest(self) -> float:
        """Characters of a value, at most; those of a list are looked at one by one."""
        return float("inf") if self.is_list else dict(self.schema).get("maxLength", float("inf"))

    def described(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        one: dict[str, Any] = {"type": "string", "enum": list(self.choices())} if self.choices else dict(self.schema)
        several = self.is_many or self.is_list
        schema = {"type": "array", "items": one, "minItems": 1} if several else one
        told: dict[str, Any] = {"name": self.name, "in": "query", "description": self.meaning, "schema": schema}
        if several:
            told |= {"style": "form", "explode": self.is_many}
        if self.example:
            told["example"] = self.example.split(",") if self.is_list else [self.example] if several else self.example
        return told


def given(query: QueryDict, known: Sequence[Parameter]) -> Given:
    """The parameters of an address, each known, filled, and given once unless several mean something.

    Raises `ApiError` that names all that is wrong.
    """
    by_name = {each.name: each for each in known}
    wrong = []
    for name, values in query.lists():
        parameter = by_name.get(name)
        if parameter is None:
            wrong.append(
                (name[:60], f"Le paramètre « {name[:60]} » n’existe pas ici. On connaît : {', '.join(by_name)}.")
            )
        elif not all(value.strip() for value in values):
            wrong.append((name, f"Le paramètre « {name} » est vide."))
        elif len(values) > 1 and not parameter.is_many:
            wrong.append((name, f"Le paramètre « {name} » est donné plusieurs fois."))
        elif any(len(value) > parameter.longest for value in values):
            wrong.append((name, f"Le paramètre « {name} » dépasse {parameter.longest} caractères."))
    if wrong:
        raise bad_ones(wrong)
    return dict(query.lists())


def one(given: Given, name: str) -> str:
    """The value of a parameter; empty when it is not given."""
    return (given.get(name) or [""])[-1].strip()


def listed(given: Given, name: str, known: Sequence[str], what: str) -> tuple[str, ...]:
    """The values of a list, each known. Raises `ApiError`."""
    asked = [each.strip() for each in one(given, name).split(",")] if name in given else []
    unknown = [each for each in asked if each not in known]
    if unknown:
        offered = ", ".join(known) or "rien"
        raise bad(name, f"« {unknown[0][:60]} » n’est pas {what} de cette ressource. On connaît : {offered}.")
    return tuple(dict.fromkeys(asked))

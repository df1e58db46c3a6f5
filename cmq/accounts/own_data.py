"""All that the site has about one person (RGPD, articles 15 and 20), found by the models themselves.

Whatever has a key to a person, or an address that is theirs, is told: a model added later is told too. Secrets are not
(passwords, keys, tokens and their digests): who reads the file must not be able to act with it.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import models

from cmq.accounts.models import User
from cmq.core import retention
from cmq.core.models import Change

_SECRET = {"password", "token_digest", "digest", "key", "data", "session_data", "session_key", "hint", "stop_url"}
# Of what is somebody's work for an institution, the file says what and when: the work itself is the institution's.
_WORK = ("accounts.traces", "organisations.signatures")
# The columns by which a row is of somebody, rather than something that they did to it.
_OWN = {"person", "user", "by"}
_NOT_AGAIN = {"account.emailconfirmation"}


def addresses_of(person: User) -> set[str]:
    """The addresses that this person has proved."""
    proved = EmailAddress.objects.filter(user=person.pk, verified=True)
    return {person.email, *(address.lower() for address in proved.values_list("email", flat=True))}


def own_data(person: User, *, at: dt.datetime) -> dict[str, Any]:
    """Everything, as JSON values and instants: account, then each sort of thing, then the lines of the journal."""
    retention.load()
    more = [tell(person) for tell in retention.ALSO_TOLD]
    found = [
        *_by_model(person, addresses_of(person)),
        *({"sorte": sort, "en_tant_que": "", "lignes": rows} for each in more for sort, rows in each.items()),
    ]
    found = [each for each in found if each["lignes"]]
    return {
        "etabli_le": at,
        "compte": retention.described(person, hidden=_SECRET),
        "donnees": sorted(found, key=lambda each: str(each["sorte"]).lower()),
        "journal": [
            {"numero": line.position, "le": line.at, "acte": line.act, "resume": line.summary}
            for line in Change.objects.filter(by=person.pk).order_by("position").iterator(chunk_size=2000)
        ],
    }


def _by_model(person: User, addresses: set[str]) -> Iterator[dict[str, Any]]:
    work: set[str] = set().union(*(line.holds for line in retention.table() if line.name in _WORK))
    for model in apps.get_models():
        label = model._meta.label_lower
        if model is User or label in _NOT_AGAIN:
            continue
        links: list[tuple[Any, dict[str, Any]]]
        links = [(field, {field.name: person.pk}) for field in _keys_to_people(model)]
        links += [(field, {f"{field.name}__in": addresses}) for field in _addresses(model)]
        told: set[Any] = set()
        for field, condition in links:
            rows = [row for row in model._base_manager.filter(**condition).order_by("pk") if row.pk not in told]
            told.update(row.pk for row in rows)
            # Whom somebody invited is that person's own; so is whatever else only ends at the one who asks.
            is_their_own = field.name in _OWN or not field.is_relation
            tell = _in_full if is_their_own and label not in work else _in_short
            yield {
                "sorte": str(model._meta.verbose_name_plural),
                "en_tant_que": str(field.verbose_name),
                "lignes": [tell(row) for row in rows],
            }


def _keys_to_people(model: type[models.Model]) -> list[Any]:
    return [each for each in model._meta.concrete_fields if each.is_relation and each.related_model is User]


def _addresses(model: type[models.Model]) -> list[Any]:
    return [each for each in model._meta.concrete_fields if isinstance(each, models.EmailField)]


def _in_full(row: models.Model) -> dict[str, Any]:
    return retention.described(row, hidden=_SECRET)


def _in_short(row: models.Model) -> dict[str, Any]:
    dates = [each for each in row._meta.concrete_fields if isinstance(each, models.DateField)]
    said = {str(each.verbose_name): each.value_from_object(row) for each in dates}
    return {"quoi": str(row), **{name: value for name, value in said.items() if value is not None}}

"""The shipped specification and colleges: entered once, never over what the secretaries have made of them."""

import tomllib
from pathlib import Path
from typing import Any

from cmq.campaigns.models import (
    Authority,
    College,
    Criterion,
    ExcellenceRequirement,
    ExpectedDocument,
    GridLevel,
    Seat,
    Specification,
)
from cmq.core.feed import action, record
from cmq.core.models import Source
from cmq.core.partial_dates import PartialDate

SHIPPED = Path(__file__).resolve().parent / "data" / "texts.toml"


@action
def load_texts() -> int:
    """Enter each shipped version that is not there yet; how many were entered."""
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    known = {version for model in (Specification, College) for (version,) in model.objects.values_list("version")}
    missing = [each for kind in ("specification", "college") for each in shipped[kind] if each["version"] not in known]
    if not missing:
        return 0
    sources = {each["key"]: _source(each) for each in shipped["source"]}
    for each in missing:
        enter = _enter_specification if "criterion" in each else _enter_college
        enter(each, sources[each["source"]])
    return len(missing)


def _source(shipped: dict[str, str]) -> Source:
    date = shipped["published_on"]
    defaults = {"published_on": PartialDate.parse(date) if date else None}
    return Source.objects.get_or_create(title=shipped["title"], url=shipped["url"], defaults=defaults)[0]


def _enter_specification(shipped: dict[str, Any], source: Source) -> None:
    specification = Specification.objects.create(
        title=shipped["title"],
        version=shipped["version"],
        act=shipped["act"],
        nor=shipped["nor"],
        signed_on=PartialDate.parse(shipped["signed_on"]),
        source=source,
        note=shipped["note"].strip(),
    )
    for number, criterion in enumerate(shipped["criterion"], 1):
        deduced = bool(criterion["family"])
        Criterion.objects.create(specification=specification, number=number, family_is_deduced=deduced, **criterion)
    for number, title in enumerate(shipped["requirements"], 1):
        ExcellenceRequirement.objects.create(specification=specification, number=number, title=title)
    for rank, (title, meaning) in enumerate(shipped["levels"]):
        GridLevel.objects.create(specification=specification, rank=rank, title=title, meaning=meaning)
    for position, (title, is_required, for_holders) in enumerate(shipped["documents"], 1):
        ExpectedDocument.objects.create(
            specification=specification,
            position=position,
            title=title,
            is_required=is_required,
            for_label_holders_only=for_holders,
        )
    record(specification, "campaigns.load_text", f"Cahier des charges livré : {specification}.")


def _enter_college(shipped: dict[str, Any], source: Source) -> None:
    college = College.objects.create(
        title=shipped["title"],
        version=shipped["version"],
        parity=shipped["parity"],
        quorum_percent=shipped["quorum_percent"],
        source=source,
        note=shipped["note"].strip(),
    )
    for position, (name, side, seats) in enumerate(shipped["authorities"], 1):
        authority = Authority.objects.create(college=college, position=position, name=name, side=side)
        Seat.objects.bulk_create(Seat(authority=authority, number=number + 1) for number in range(seats))
    record(college, "campaigns.load_text", f"Collège livré : {college}.")

"""data.gouv.fr: which file of a data set is the newest."""

import re
from typing import Any

from cmq.core.partial_dates import PartialDate
from cmq.official.errors import SourceUnavailable
from cmq.official.fetching import Caller
from cmq.official.importers import Located

API = "https://www.data.gouv.fr/api/1/datasets"


def newest(caller: Caller, slug: str, pattern: str, *, title: str, ending: str) -> Located:
    """The newest resource whose title or address has that pattern, whose groups are year, month and day.

    Raises `SourceUnavailable` when the data set has none.
    """
    resources = caller.json(f"{API}/{slug}/").get("resources", [])
    dated = [("-".join(found.groups()), each["url"]) for each in resources if (found := _match(pattern, each))]
    if not dated:
        raise SourceUnavailable(f"{title} : la source ne publie plus ce fichier sous ce nom.")
    day, url = max(dated)
    return Located(url, f"{title}, {day}", f"{day}.{ending}", PartialDate.parse(day))


def _match(pattern: str, resource: dict[str, Any]) -> re.Match[str] | None:
    return re.search(pattern, resource.get("title") or "") or re.search(pattern, resource.get("url") or "")

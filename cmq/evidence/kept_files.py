"""Which stored files are ours: the pictures that published reports copied, named in what they froze."""

from collections.abc import Iterator

from cmq.core.stored_files import named_in
from cmq.evidence import report
from cmq.evidence.models import AnnualReport


@named_in("rapports")
def _pictures() -> Iterator[str]:
    published = AnnualReport.objects.exclude(snapshot=None).values_list("snapshot", flat=True)
    return (picture["file"] for said in published.iterator() if said for picture in report.pictures(said))

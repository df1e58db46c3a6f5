"""Which stored files are ours: snapshots are kept for good."""

from collections.abc import Iterator

from cmq.core.stored_files import named_in
from cmq.opendata.models import Snapshot


@named_in("instantanes")
def _snapshots() -> Iterator[str]:
    return (each.file for each in Snapshot.objects.only("digest").iterator())

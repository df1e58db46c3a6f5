"""What can be wrong with a file of an official source."""

from dataclasses import dataclass

from cmq.core.errors import Refusal


class FileRefused(Refusal):
    """The whole file is refused, with a French sentence: it is not what the source publishes, or it would harm."""


class SourceUnavailable(Refusal):
    """The source does not answer, or says no; the site goes on with what it has."""


@dataclass(frozen=True)
class Rejected:
    """A row that is left out, and why.

    Attributes:
        number: line of the file, the header being the first; for a list, its rank from 1.
        reason: one French sentence.
        excerpt: enough of the row to find it again.
    """

    number: int
    reason: str
    excerpt: str = ""

"""Every kind of thing that the one search finds."""

from cmq.search.kinds.articles import Articles
from cmq.search.kinds.base import NOTHING, Kind, Row, Stale
from cmq.search.kinds.campuses import Campuses
from cmq.search.kinds.courses import Courses
from cmq.search.kinds.events import Events
from cmq.search.kinds.jobs import Jobs
from cmq.search.kinds.offers import Offers

__all__ = ["KINDS", "NOTHING", "Kind", "Row", "Stale", "by_number", "by_slug"]

# In the order of a page that shows them all: the job, where to learn it, who teaches it, who hires, what happens, what
# is told.
KINDS: tuple[Kind, ...] = (Jobs(), Courses(), Campuses(), Offers(), Events(), Articles())
by_slug = {kind.slug: kind for kind in KINDS}
by_number = {kind.number: kind for kind in KINDS}

"""When the clock alone will change what readers see."""

import datetime as dt

from django.db.models import Min, Q

from cmq.editorial.models import Article


def next_moves(at: dt.datetime) -> list[dt.datetime]:
    """The instants after `at` when an agreed article next appears, and when one next leaves."""
    agreed = Article.objects.filter(shown_version__isnull=False)
    found = agreed.aggregate(
        coming=Min("publish_at", filter=Q(publish_at__gt=at)),
        leaving=Min("withdraw_at", filter=Q(withdraw_at__gt=at)),
    )
    return [each for each in found.values() if each is not None]

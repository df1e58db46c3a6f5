"""What a campus is asked to confirm of its money: the agreements that it holds and that are not over."""

from django.db.models import Q

from cmq.funding.models import FundingAgreement
from cmq.upkeep.registry import changed, register, with_last_change


def declare() -> None:
    """Register the kind; to be called once, when the application starts."""
    standing = FundingAgreement.objects.standing()
    register(
        FundingAgreement,
        "Convention de financement",
        things=lambda on: with_last_change(standing.filter(Q(ends_on=None) | Q(ends_on__gte=on))),
        dated=changed,
        path=lambda agreement: f"financements/conventions/{agreement.pk}/",
        is_public=lambda agreement: agreement.is_public,
    )

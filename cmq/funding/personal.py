"""Money of campuses; who confirmed a share."""

from cmq.core.retention import hold, nobody

hold("accounts.traces", "funding.agreementshare")
nobody(
    "conventions et dépenses de campus",
    *(f"funding.{name}" for name in ("fundingagreement", "fundingline", "spendingyear", "spendingline")),
)

"""Sums by territory; who decided which jobs belong to a filière."""

from cmq.core.retention import hold, nobody

hold("accounts.traces", "statistics.filierejobs")
nobody("sommes par territoire", "statistics.balancecell", "statistics.balancerun")

"""Figures of campuses; who stated and confirmed them."""

from cmq.core.retention import hold, nobody

hold("accounts.traces", "evidence.indicatorvalue", "evidence.valueshare", "evidence.annualreport")
nobody("définitions d’indicateurs", "evidence.indicator")

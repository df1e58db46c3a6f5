"""Needs and offers of campuses; who posted and answered."""

from cmq.core.retention import hold, nobody

hold("accounts.traces", "complements.notice", "complements.noticeanswer")
nobody("rapprochements écartés, entre campus", "complements.dismissal")

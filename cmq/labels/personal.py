"""Decisions on labels are public acts; their rows name campuses and dates."""

from cmq.core.retention import nobody

nobody("décisions publiques sur des campus", "labels.labeldecision", "labels.label", "labels.labelsuspension")

"""Certifications are open data."""

from cmq.core.retention import nobody

nobody(
    "certifications publiques",
    *(
        f"certifications.{name}"
        for name in ("certification", "certificationoccupation", "certificationsuccession", "diploma")
    ),
)

"""Loads of public files."""

from cmq.core.retention import nobody

nobody("chargements de fichiers publics", "official.officialrun")

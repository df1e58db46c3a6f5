"""Every importer, by its name on the command line: one module a source."""

from cmq.official.importers import Importer
from cmq.official.sources import job_families

IMPORTERS: dict[str, Importer] = {importer.slug: importer for importer in (job_families.IMPORTER,)}

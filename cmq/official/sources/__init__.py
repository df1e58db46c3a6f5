"""Every importer, by its name on the command line: one module a source."""

from cmq.official.running import AnyImporter
from cmq.official.sources import (
    addresses,
    certif_info,
    communes,
    companies,
    france_travail,
    health,
    job_families,
    la_bonne_alternance,
    needs,
    onisep,
    outcomes,
    rncp,
    rome,
    schools,
)

# In the order that one leans on another.
IMPORTERS: dict[str, AnyImporter] = {
    importer.slug: importer
    for importer in (
        rome.CODES,
        rome.TITLES,
        rome.SHEETS,
        rncp.CODES,
        rncp.TEXTS,
        certif_info.IMPORTER,
        job_families.IMPORTER,
        needs.NEEDS,
        needs.BASINS,
        communes.IMPORTER,
        schools.IMPORTER,
        health.IMPORTER,
        onisep.STRUCTURES,
        onisep.TRAININGS,
        onisep.COURSES,
        onisep.JOBS,
        outcomes.RATES,
        outcomes.RATES_OF_CFA,
        outcomes.EXPOSED,
        outcomes.PROGRAMMES,
        france_travail.IMPORTER,
        la_bonne_alternance.IMPORTER,
        addresses.LOOKUP,
        companies.LOOKUP,
    )
}

"""Reference data speak of places and codes, of nobody."""

from cmq.core.retention import nobody

nobody(
    "données publiques de référence : lieux, filières, niveaux, lycées",
    *(
        f"reference.{name}"
        for name in (
            "region",
            "academie",
            "departement",
            "epci",
            "commune",
            "communepostcode",
            "filiere",
            "filierename",
            "diplomalevel",
            "school",
            "loadedreference",
        )
    ),
)

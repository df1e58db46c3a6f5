"""Open data on establishments and what they teach; addresses are those of establishments."""

from cmq.core.retention import nobody

nobody(
    "données publiques sur des établissements",
    *(
        f"catalogue.{name}"
        for name in (
            "establishment",
            "healthsite",
            "parcoursupprogramme",
            "insertionrate",
            "course",
            "cataloguehead",
            "geocodedaddress",
        )
    ),
)

"""Articles: who wrote, agreed and commented."""

from cmq.core.retention import Basis, Then, hold, keep, nobody

hold("accounts.traces", "editorial.article", "editorial.articleversion", "editorial.standingpage")
hold("projects.pictures", "editorial.illustration", "editorial.article", "editorial.articleversion")
keep(
    "editorial.comments",
    treatment="Publications",
    what="Commentaires entre ceux qui écrivent un article",
    who="Rédacteurs",
    purpose="Écrire à plusieurs",
    basis=Basis.PUBLIC_TASK,
    readers="Rédaction",
    until="Avec l’article ; sans nom une fois le compte effacé",
    then=Then.ANONYMISED,
    holds=("editorial.articlecomment",),
)
nobody(
    "rubriques, adresses de pages, tailles d’images, liens surveillés",
    *(f"editorial.{name}" for name in ("rubric", "tag", "illustrationrendition", "articleaddress", "watchedlink")),
)

"""The headings that articles are filed under."""

from django.db.models import ProtectedError

from cmq.accounts.models import User
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.slugs import save_with_free_slug
from cmq.core.text import one_line
from cmq.editorial import rules
from cmq.editorial.models import Rubric

# What a new site starts with; the newsroom keeps the list afterwards.
FIRST = (
    ("Actualités du réseau", "Ce qui change pour les campus et leur label."),
    ("Métiers et filières", "Ce que font les gens de métier, filière par filière."),
    ("Se former", "Formations, parcours et nouveautés pédagogiques."),
    ("Territoires", "Ce que les campus font là où ils sont."),
    ("Reportages", "Sur place, avec celles et ceux qui font les campus."),
    ("Vie des campus", "Ce que les campus écrivent eux-mêmes."),
)
# Where the news of a campus are filed unless somebody says otherwise.
OF_CAMPUSES = "vie-des-campus"


@action
def load_rubrics() -> int:
    """Bring in the first rubrics when there is none. Returns how many were added."""
    if Rubric.objects.exists():
        return 0
    for position, (name, description) in enumerate(FIRST):
        made = Rubric(name=name, description=description, position=position)
        save_with_free_slug(made, name, default="rubrique", max_length=60)
        record(made, "editorial.keep_rubric", f"Rubrique : {name}.")
    return len(FIRST)


@action
def keep_rubric(rubric: Rubric | None, *, name: str, description: str, position: int, by: User) -> Rubric:
    """Enter or change a rubric; its address stays. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_editor(by))
    name, description = one_line(name), one_line(description)
    require(name and len(name) <= 60, "Une rubrique a un nom de 60 signes au plus.")
    require(len(description) <= 300, "Une description compte au plus 300 signes.")
    require(0 <= position <= 999, "Un rang va de 0 à 999.")
    same = Rubric.objects.filter(name__iexact=name)
    require(not (same.exclude(pk=rubric.pk) if rubric else same).exists(), "Une rubrique porte déjà ce nom.")
    kept = rubric or Rubric()
    kept.name, kept.description, kept.position = name, description, position
    if rubric is None:
        save_with_free_slug(kept, name, default="rubrique", max_length=60)
    else:
        kept.save()
    record(kept, "editorial.keep_rubric", f"Rubrique : {name}.")
    return kept


@action
def remove_rubric(rubric: Rubric, *, by: User) -> None:
    """Take an empty rubric off. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.is_editor(by))
    key = rubric.pk
    try:
        rubric.delete()
    except ProtectedError as error:
        raise Refusal("Des articles sont dans cette rubrique : classez-les ailleurs d’abord.") from error
    rubric.pk = key
    record(rubric, "editorial.remove_rubric", f"Rubrique retirée : {rubric}.")

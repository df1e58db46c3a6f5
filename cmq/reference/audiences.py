"""Whom campuses work for: one list, and the parts of it that a rule names.

Who comes to a tour is counted by another list (`tours.models`): at a door people say what they do, not under which
status they train.
"""

from collections.abc import Iterable

from django.db import models


class Audience(models.TextChoices):
    """A public of a training, a project, a need or an offer."""

    PUPILS = "eleves", "Élèves"
    STUDENTS = "etudiants", "Étudiants"
    APPRENTICES = "apprentis", "Apprentis"
    EMPLOYEES = "salaries", "Salariés"
    JOB_SEEKERS = "demandeurs_emploi", "Demandeurs d’emploi"
    CARE_TRAINEES = "stagiaires_ifas_ifsi", "Élèves et étudiants d’IFAS et d’IFSI"
    TEACHERS = "enseignants", "Enseignants et formateurs"
    COMPANIES = "entreprises", "Entreprises"
    PUBLIC = "grand_public", "Grand public"


# Who may follow a training on offer. The others are reached by projects; none of them is a learner's status.
LEARNERS: tuple[Audience, ...] = (
    Audience.PUPILS,
    Audience.STUDENTS,
    Audience.APPRENTICES,
    Audience.EMPLOYEES,
    Audience.JOB_SEEKERS,
    Audience.CARE_TRAINEES,
)


def choices_of(audiences: Iterable[Audience]) -> list[tuple[str, str]]:
    """Values and labels, as fields and forms want them."""
    return [(audience.value, str(audience.label)) for audience in audiences]

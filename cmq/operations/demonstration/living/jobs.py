"""The trainings of the fictional campuses among those at places; a word of the editors on one job, which is real."""

from cmq.careers.actions import load_occupations, write_note
from cmq.careers.models import Occupation
from cmq.catalogue.actions import build_courses
from cmq.operations.demonstration.people import Cast

HOME_CARE = "K1304"
TEXT = """Texte de démonstration : la rédaction dirait ici, avec ses mots, ce que le texte officiel ne dit pas.
Il est montré à part du texte officiel et disparaît avec la démonstration."""


def build(cast: Cast) -> None:
    """What the job sheets show besides the official text."""
    load_occupations()
    build_courses()
    write_note(Occupation.objects.get(code=HOME_CARE), text=TEXT, version=0, by=cast.keeper)

"""A word of the editors on one job, marked as made up: the job itself is real."""

from cmq.careers.actions import load_occupations, write_note
from cmq.careers.models import Occupation
from cmq.operations.demonstration.people import Cast

HOME_CARE = "K1304"
TEXT = """Texte de démonstration : la rédaction dirait ici, avec ses mots, ce que le texte officiel ne dit pas.
Il est montré à part du texte officiel et disparaît avec la démonstration."""


def build(cast: Cast) -> None:
    """What the job sheets show besides the official text."""
    load_occupations()
    write_note(Occupation.objects.get(code=HOME_CARE), text=TEXT, version=0, by=cast.keeper)

"""The trainings of the fictional campuses among those at places; a word of the editors on one job, which is real."""

from cmq.careers.actions import write_note
from cmq.careers.models import Occupation
from cmq.catalogue.actions import build_courses
from cmq.operations.demonstration.people import Cast

HOME_CARE = "K1304"
TEXT = """Texte de démonstration : la rédaction dirait ici, avec ses mots, ce que le texte officiel ne dit pas.
Il est montré à part du texte officiel et disparaît avec la démonstration."""


def build(cast: Cast) -> None:
    """What the pages of trainings and jobs show of the demonstration; a job that is not loaded gets no word."""
    build_courses()
    job = Occupation.objects.filter(code=HOME_CARE).first()
    if job is not None:
        write_note(job, text=TEXT, version=0, by=cast.keeper)

"""Admissibility, corrections and opinions: what happens to a file between its submission and the experts."""

from django.apps import AppConfig


class InstructionConfig(AppConfig):
    name = "cmq.instruction"
    verbose_name = "Instruction"

"""The command line `cmq`: Django's own commands and ours, under one name."""

import os
import sys
from typing import Final

# What signs nothing, and is of use where there is no site.
WITHOUT_A_KEY: Final = frozenset({"help", "version", "droits", "makemigrations", "check"})


def main() -> None:
    """Run the command named in `sys.argv`; `cmq help` lists them."""
    if sys.argv[1:2] == ["secrets"]:
        _give_secrets()
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")
    from django.core.management import execute_from_command_line

    from cmq.core import starting

    command = next(iter(sys.argv[1:]), "help")
    if refusal := starting.refusal(needs_key=not command.startswith("-") and command not in WITHOUT_A_KEY):
        sys.exit(refusal)
    execute_from_command_line(sys.argv)


def _give_secrets() -> None:
    """No setting is read: there may be none to read yet."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    from cmq.operations.management.commands.secrets import Command

    Command().run_from_argv(sys.argv)


if __name__ == "__main__":
    main()

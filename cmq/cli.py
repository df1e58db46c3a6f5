"""The command line `cmq`: Django's own commands and ours, under one name."""

import os
import sys


def main() -> None:
    """Run the command named in `sys.argv`; `cmq help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

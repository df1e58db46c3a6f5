"""The settings of the site, with secrets of the tests' own: no file of this machine changes what they see.

They are in the environment, so that what the tests start has the same.
"""

import os
from pathlib import Path

os.environ["CMQ_ENV_FILE"] = ""
if "PYTEST_XDIST_WORKER" not in os.environ:
    from cmq.operations import own_secrets

    os.environ |= own_secrets.fresh()

from cmq.settings import *  # noqa: E402, F403

# The site itself is what they start.
os.environ["DJANGO_SETTINGS_MODULE"] = "cmq.settings"
Path(VAR_DIR).mkdir(parents=True, exist_ok=True)  # noqa: F405

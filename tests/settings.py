"""The settings of the site, with secrets and a folder of the tests' own: no file of this machine changes what they see.

They are in the environment, so that what the tests start has the same.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _removed_at_the_end(folder: str) -> str:
    """The same folder; its maker removes it when it ends, not the processes that it forks."""
    maker = os.getpid()
    atexit.register(lambda: os.getpid() == maker and shutil.rmtree(folder, ignore_errors=True))
    return folder


os.environ["CMQ_ENV_FILE"] = ""
if "PYTEST_XDIST_WORKER" not in os.environ:
    from cmq.operations import own_secrets

    os.environ |= own_secrets.fresh()
    os.environ["CMQ_VAR_DIR"] = _removed_at_the_end(tempfile.mkdtemp(prefix="cmq-tests-"))

from cmq.settings import *  # noqa: E402, F403

# The site itself is what they start.
os.environ["DJANGO_SETTINGS_MODULE"] = "cmq.settings"
Path(STATIC_ROOT).mkdir(exist_ok=True)  # noqa: F405

"""The door for the web server (granian, WSGI)."""

import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from cmq.core import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")
if refusal := starting.refusal():
    sys.exit(refusal)
application = get_wsgi_application()

from cmq.core import tracing  # noqa: E402

tracing.start("web")

if settings.SEARCH_FOLLOWS:
    from cmq.search import following

    following.start()

if settings.WORKS_INSIDE:
    from cmq.service import working

    working.start_inside()

"""The web server's way in."""

import sys

from django.core.wsgi import get_wsgi_application

from config.guard import is_serving
from lib.memory import rarely_look_for_garbage

application = get_wsgi_application()

rarely_look_for_garbage()

if is_serving(sys.argv):
    from privacy.visits.recording import RECORDER  # its models need the application

    RECORDER.start()

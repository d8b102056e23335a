"""The web server's way in."""

from django.core.wsgi import get_wsgi_application

import config.celery  # noqa: F401  (so that what a request sends reaches our queues)

application = get_wsgi_application()

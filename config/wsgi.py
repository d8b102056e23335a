"""The web server's way in."""

import gc

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# What is loaded now stays: looking through it for garbage again and again would only hold requests up.
gc.collect()
gc.freeze()

"""Templates are parsed once, as in production. A developer's server reads them anew each time; no test changes one."""

from django.conf import settings


def read_once() -> None:
    """Before the first template is rendered: remember each as it was parsed."""
    options = settings.TEMPLATES[0]["OPTIONS"]
    [(loader, found_by)] = options["loaders"]
    options["loaders"] = [(loader, [("django.template.loaders.cached.Loader", found_by)])]

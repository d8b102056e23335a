"""Where the processor tells us that something happened."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import limits
from billing import inbox
from billing.gateway import Forged

LARGEST = 512 * 1024


@csrf_exempt
@require_POST
def processor_event(request: HttpRequest, endpoint: str) -> HttpResponse:
    """Verify, keep, answer. The signature is who it is from, so nobody signs in here and nothing else is asked."""
    if not hmac.compare_digest(str(endpoint), str(settings.STRIPE_WEBHOOK_ENDPOINT)):
        raise Http404
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return HttpResponse(status=413)
    try:
        limits.count(request, "webhook")
        inbox.take_in(request.body, request.headers.get("Stripe-Signature", ""))
    except limits.TooMany as too_many:
        return HttpResponse(status=429, headers={"Retry-After": too_many.wait})
    except (Forged, RawPostDataException):
        return HttpResponse(status=400)
    except DatabaseError:
        return HttpResponse(status=503)  # it is sent again
    return HttpResponse(status=200)

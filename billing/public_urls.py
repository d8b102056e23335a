from django.urls import path

from billing import webhooks
from billing.views import receipts

urlpatterns = [
    path("receipts/<str:token>/", receipts.receipt, name="receipt"),
    path("webhooks/processor/<uuid:endpoint>/", webhooks.processor_event, name="processor_event"),
]

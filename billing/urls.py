"""Admin, Plan and billing."""

from django.urls import path

from billing.views import card, leave, overview, plan

app_name = "billing"

urlpatterns = [
    path("admin/billing/", overview.billing, name="billing"),
    path("admin/billing/plan/", plan.plan, name="plan"),
    path("admin/billing/start/", plan.start, name="start"),
    path("admin/billing/change/", plan.change, name="change"),
    path("admin/billing/details/", overview.details, name="details"),
    path("admin/billing/growth/", overview.grow, name="grow"),
    path("admin/billing/card/", card.card, name="card"),
    path("admin/billing/card/start/", card.card_start, name="card_start"),
    path("admin/billing/card/done/", card.card_done, name="card_done"),
    path("admin/billing/pay/", overview.pay, name="pay"),
    path("admin/billing/confirmed/", overview.confirmed, name="confirmed"),
    path("admin/billing/invoices/", overview.invoices, name="invoices"),
    path("admin/billing/invoices/<uuid:public_id>/", overview.invoice_pdf, name="invoice_pdf"),
    path("admin/billing/cancel/", leave.cancel, name="cancel"),
    path("admin/billing/cancel/undo/", leave.cancel_undo, name="cancel_undo"),
    path("admin/billing/resume/", leave.resume, name="resume"),
]

"""Invoices and their settings."""

from django.urls import path

from invoicing import views

app_name = "invoicing"

urlpatterns = [
    path("invoices/", views.invoices, name="invoices"),
    path("invoices/unbilled/", views.unbilled, name="unbilled"),
    path("invoices/unbilled/invoice/", views.invoice_from_time, name="from_time"),
    path("invoices/new/", views.invoice_create, name="invoice_create"),
    path("invoices/<uuid:public_id>/", views.invoice, name="invoice"),
    path("invoices/<uuid:public_id>/pdf/", views.invoice_pdf, name="invoice_pdf"),
    path("invoices/<uuid:public_id>/void/", views.invoice_void, name="invoice_void"),
    path("invoices/<uuid:public_id>/delete/", views.invoice_delete, name="invoice_delete"),
    path("invoices/<uuid:public_id>/payments/", views.payment_add, name="payment_add"),
    path("invoices/payments/<uuid:public_id>/delete/", views.payment_delete, name="payment_delete"),
    path("admin/invoices/", views.invoice_settings, name="settings"),
]

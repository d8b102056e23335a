"""Included by timetracking.urls, so the names are those of its app."""

from django.urls import path

from timetracking.expenses import views

urlpatterns = [
    path("expenses/", views.expenses, name="expenses"),
    path("expenses/export/", views.expenses_export, name="expenses_export"),
    path("expenses/new/", views.expense_create, name="expense_create"),
    path("expenses/<uuid:public_id>/", views.expense, name="expense"),
    path("expenses/<uuid:public_id>/delete/", views.expense_delete, name="expense_delete"),
    path("expenses/<uuid:public_id>/restore/", views.expense_restore, name="expense_restore"),
    path("admin/time/expenses/", views.expense_categories, name="expense_categories"),
    path("admin/time/expenses/<uuid:public_id>/", views.expense_category, name="expense_category"),
    path("admin/time/expenses/<uuid:public_id>/archive/", views.expense_category_archive,
         name="expense_category_archive"),
]  # fmt: skip

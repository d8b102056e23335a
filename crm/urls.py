"""Companies, contacts, the bin and the search, behind the door."""

from django.urls import path

from crm.views import bin, companies, contacts, search

app_name = "crm"

urlpatterns = [
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/similar/", contacts.contact_similar, name="contact_similar"),
    path("contacts/<uuid:public_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:public_id>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:public_id>/delete/", contacts.contact_delete, name="contact_delete"),
    path("contacts/<uuid:public_id>/restore/", contacts.contact_restore, name="contact_restore"),
    path("contacts/<uuid:public_id>/tags/", contacts.contact_tags, name="contact_tags"),
    path("companies/", companies.companies, name="companies"),
    path("companies/new/", companies.company_create, name="company_create"),
    path("companies/names/", companies.company_names, name="company_names"),
    path("companies/<uuid:public_id>/", companies.company, name="company"),
    path("companies/<uuid:public_id>/edit/", companies.company_edit, name="company_edit"),
    path("companies/<uuid:public_id>/delete/", companies.company_delete, name="company_delete"),
    path("companies/<uuid:public_id>/restore/", companies.company_restore, name="company_restore"),
    path("companies/<uuid:public_id>/tags/", companies.company_tags, name="company_tags"),
    path("bin/", bin.bin, name="bin"),
    path("search/", search.search, name="search"),
]

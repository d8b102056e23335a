"""Companies, contacts, deals, the bin and the search, behind the door."""

from django.urls import include, path, register_converter

from crm.merging.nouns import RecordsInAddress
from crm.views import bin, companies, contacts, facts, merging, notes, privacy, search, timeline

app_name = "crm"

register_converter(RecordsInAddress, "crm_records")

urlpatterns = [
    path("<crm_records:records>/similar/", merging.similar, name="similar"),
    path("<crm_records:records>/duplicates/", merging.duplicates, name="duplicates"),
    path("<crm_records:records>/merge/", merging.merge, name="merge"),
    path("merges/", merging.merges, name="merges"),
    path("contacts/kept/", privacy.contacts_kept, name="contacts_kept"),
    path("contacts/<uuid:public_id>/privacy/", privacy.contact_privacy, name="contact_privacy"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/new/", contacts.contact_create, name="contact_create"),
    path("contacts/<uuid:public_id>/", contacts.contact, name="contact"),
    path("contacts/<uuid:public_id>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<uuid:public_id>/delete/", contacts.contact_delete, name="contact_delete"),
    path("contacts/<uuid:public_id>/restore/", contacts.contact_restore, name="contact_restore"),
    path("contacts/<uuid:public_id>/tags/", contacts.contact_tags, name="contact_tags"),
    path("contacts/<uuid:public_id>/timeline/", timeline.contact_timeline, name="contact_timeline"),
    path("contacts/<uuid:public_id>/facts/<slug:fact>/", facts.contact_fact, name="contact_fact"),
    path("companies/", companies.companies, name="companies"),
    path("companies/new/", companies.company_create, name="company_create"),
    path("companies/names/", companies.company_names, name="company_names"),
    path("companies/<uuid:public_id>/", companies.company, name="company"),
    path("companies/<uuid:public_id>/edit/", companies.company_edit, name="company_edit"),
    path("companies/<uuid:public_id>/delete/", companies.company_delete, name="company_delete"),
    path("companies/<uuid:public_id>/restore/", companies.company_restore, name="company_restore"),
    path("companies/<uuid:public_id>/tags/", companies.company_tags, name="company_tags"),
    path("companies/<uuid:public_id>/facts/<slug:fact>/", facts.company_fact, name="company_fact"),
    path("companies/<uuid:public_id>/timeline/", timeline.company_timeline, name="company_timeline"),
    path("notes/new/", notes.note_create, name="note_create"),
    path("notes/people/", notes.note_people, name="note_people"),
    path("notes/<uuid:public_id>/", notes.note, name="note"),
    path("notes/<uuid:public_id>/edit/", notes.note_edit, name="note_edit"),
    path("notes/<uuid:public_id>/delete/", notes.note_delete, name="note_delete"),
    path("notes/<uuid:public_id>/restore/", notes.note_restore, name="note_restore"),
    path("notes/<uuid:public_id>/pin/", notes.note_pin, name="note_pin"),
    path("", include("crm.listing.urls")),
    path("", include("crm.deals.urls")),
    path("", include("crm.bulk.urls")),
    path("bin/", bin.bin, name="bin"),
    path("search/", search.search, name="search"),
    path("", include("crm.activities.urls")),
    path("", include("crm.mails.urls")),
]

"""Addresses below Admin; Sent mail stands with delivery."""

from django.urls import path

from facturier.web.admin import audit, books, journal, settings

urlpatterns = [
    path("admin/", settings.admin, name="admin"),
    path("admin/settings/", settings.settings, name="settings"),
    path("admin/settings/logo/", settings.logo, name="settings-logo"),
    path("admin/settings/logo/<slug:sha256>.png", settings.picture, name="settings-logo-picture"),
    path("admin/accounting/", books.show, name="accounting"),
    path("admin/accounting/paid/", books.paid, name="accounting-paid"),
    path("admin/journal/", journal.show, name="journal"),
    path("admin/journal.csv", journal.as_csv, name="journal-csv"),
    path("admin/journal.xlsx", journal.as_xlsx, name="journal-xlsx"),
    path("admin/audit/", audit.show, name="audit"),
    path("admin/audit/verdict/", audit.verdict, name="audit-verdict"),
]

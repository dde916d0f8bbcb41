"""Which page answers which address. Every page of an organisation lives under its slug."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from facturier.web import doors

# One line for each room of pages: the folder facturier/web/<room>/ with its urls.py.
ROOMS = [
    room
    for room in (
        "billing",
        "documents",
        "editor",
        "batches",
        "work",
        "customers",
        "delivery",
        "payments",
        "admin",
        "people",
        "palette",
    )
    if find_spec(f"facturier.web.{room}") and find_spec(f"facturier.web.{room}.urls")
]

urlpatterns = [
    path("", doors.home, name="home"),
    path("preferences/", doors.preferences, name="preferences"),
    path("", include("facturier.web.account.urls")),
    *(path("<slug:organisation>/", include(f"facturier.web.{room}.urls")) for room in ROOMS),
]
if settings.DEBUG:
    urlpatterns.append(path("<slug:organisation>/docs/components/", include("facturier.web.showcase")))

handler403 = "facturier.web.errors.forbidden"
handler404 = "facturier.web.errors.not_found"
handler500 = "facturier.web.errors.broken"

"""The address that the command palette asks."""

from django.urls import path

from facturier.web.palette import finding

urlpatterns = [path("find/", finding.find, name="find")]

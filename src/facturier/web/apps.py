"""The web's own start-up: what is checked before the first request is served."""

from django.apps import AppConfig
from django.core.checks import register


class Web(AppConfig):
    name = "facturier.web"

    def ready(self) -> None:
        from facturier.web import pages

        register(pages.every_page_names_its_permission, "urls")

"""Put the database's own guards in place after every migration, and look before serving."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import register
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class Configuration(AppConfig):
    name = "facturier.config"
    label = "configuration"

    def ready(self) -> None:
        from facturier import reactions
        from facturier.config import checks

        register(checks.database_is_durable, "database")
        reactions.connect()
        pre_migrate.connect(_lift, sender=self)
        post_migrate.connect(_guard, sender=self)


def _lift(*, using: str, plan: list[Any], **_: Any) -> None:
    from facturier.config import guards

    if plan:
        guards.lift(connections[using])


def _guard(*, using: str, **_: Any) -> None:
    from facturier.config import guards

    guards.apply(connections[using])

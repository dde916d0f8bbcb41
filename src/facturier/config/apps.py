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
        guards.lift(connections[using], backwards=any(back for _, back in plan))


def _guard(*, using: str, **_: Any) -> None:
    from django.db.migrations.executor import MigrationExecutor

    from facturier.config import guards

    executor = MigrationExecutor(connections[using])
    # Guards name the columns of today: a database on its way there gets them when it has arrived.
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        guards.apply(connections[using])

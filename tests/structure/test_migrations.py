"""The migrations make what the models state."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

OURS = "facturier."


def missing(state: ProjectState) -> dict[str, list[str]]:
    """What makemigrations would write to get from this state to the models."""
    loader = MigrationLoader(None)
    labels = {one.label for one in apps.get_app_configs() if one.name.startswith(OURS)}
    changes = MigrationAutodetector(state, ProjectState.from_apps(apps)).changes(
        loader.graph, trim_to_apps=labels
    )
    return {
        label: [operation.describe() for migration in migrations for operation in migration.operations]
        for label, migrations in changes.items()
    }


def test_no_migration_is_missing() -> None:
    assert missing(MigrationLoader(None).project_state()) == {}


def test_control_a_model_without_migration_is_found() -> None:
    state = MigrationLoader(None).project_state()
    state.remove_model("customers", "contact")
    assert missing(state)["customers"] == ["Create model Contact"]

"""The settings as an operator has them, and beside our database one with plain tables, for the limits."""

import os

from facturier.config.environment import Environment
from facturier.config.settings import *  # noqa: F403 (settings are read by name)
from facturier.config.settings import DATABASES, STORAGES

DATABASES = {
    **DATABASES,
    "limits": Environment(database_url=os.environ["BENCHMARKS_LIMITS_URL"]).database(),
}
# Pages are timed without collecting the assets first: their addresses are looked up, not hashed.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

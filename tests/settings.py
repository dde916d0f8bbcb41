"""The settings as an operator has them, in a throw-away folder, with quick password hashing."""

import atexit
import os
import shutil
import tempfile

_kept = {name: value for name, value in os.environ.items() if name == "FACTURIER_SHARED"}
for _name in [name for name in os.environ if name.startswith("FACTURIER_")]:
    del os.environ[_name]  # what the developer's own installation uses is none of the tests' business

_folder = tempfile.mkdtemp(prefix="facturier-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
# Playwright keeps an event loop in the thread of the tests, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.update(_kept, FACTURIER_DATA_DIR=_folder, FACTURIER_SECRET_KEY="for-tests-only")

from facturier.config.settings import *  # noqa: E402, F403 (the environment comes first)
from facturier.config.settings import STORAGES  # noqa: E402

PASSWORD_HASHERS = ["tests.support.hashing.OneRound"]
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

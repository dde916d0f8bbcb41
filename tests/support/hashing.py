"""Quick passwords for tests, which a server with its usual settings still accepts."""

from __future__ import annotations

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRound(PBKDF2PasswordHasher):
    """The usual algorithm, turned once; how often stands in the hash itself."""

    iterations = 1

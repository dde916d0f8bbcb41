"""The environment that an operator sets; every variable starts with FACTURIER_ (docs/operating.md)."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """What can be set from outside, with defaults that suit one machine."""

    model_config = SettingsConfigDict(env_prefix="FACTURIER_", extra="ignore")

    debug: bool = False
    data_dir: Path = Path("var")
    secret_key: str = ""
    database_url: str = ""
    database_owner_url: str = ""  # the role that migrates; empty: the same as database_url
    hosts: str = "127.0.0.1,localhost"
    https: bool = False
    mail_url: str = ""  # smtp://user:password@host:587?tls=starttls; empty: a folder of messages
    mail_answer_seconds: float = 120  # how long the server may take to accept a message
    lease_seconds: float = 60  # after which a worker that gives no sign of life has lost its work
    mail_from: str = "Facturier <billing@localhost>"
    base_url: str = "http://127.0.0.1:8000"
    time_zone: str = "UTC"

    def database(self, *, owner: bool = False) -> dict[str, Any]:
        """Return Django's settings of the database, SQLite in the data folder by default.

        Raises ValueError for a URL of another kind than sqlite or postgresql.
        """
        url = (self.database_owner_url if owner else "") or self.database_url
        if not url:
            return sqlite(self.data_dir / "facturier.sqlite3")
        parts = urlsplit(url)
        if parts.scheme == "sqlite":
            return sqlite(Path(unquote(parts.path)))
        if parts.scheme in ("postgres", "postgresql"):
            return postgresql(url)
        raise ValueError(
            f"FACTURIER_DATABASE_URL starts with {parts.scheme!r}; use sqlite:///path or "
            "postgresql://user:password@host/name"
        )

    def mailers(self) -> dict[str, Any]:
        """Return Django's mailers: SMTP, or messages kept as files in the data folder.

        Raises ValueError for a URL that does not start with smtp://.
        """
        if not self.mail_url:
            return {"default": {"BACKEND": "facturier.delivery.mailbox.FolderBackend"}}
        parts = urlsplit(self.mail_url)
        if parts.scheme != "smtp" or not parts.hostname:
            raise ValueError("FACTURIER_MAIL_URL must read smtp://user:password@host:port?tls=…")
        options = dict(parse_qsl(parts.query))
        return {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {
                    "host": parts.hostname,
                    "port": parts.port or 587,
                    "username": unquote(parts.username or ""),
                    "password": unquote(parts.password or ""),
                    "use_tls": options.get("tls") == "starttls",
                    "use_ssl": options.get("tls") == "yes",
                    "timeout": float(options.get("timeout", "20")),
                },
            }
        }


def sqlite(path: Path) -> dict[str, Any]:
    """Settings of an embedded database: one writer at a time, durable on commit."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;"
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
            ),
        },
    }


def postgresql(url: str) -> dict[str, Any]:
    """Settings of a PostgreSQL database, from a URL."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"prepare_threshold": 5},  # what storage/bulk.py asks for again and again is prepared
    }

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

    def mail(self) -> dict[str, Any]:
        """Return Django's e-mail settings: SMTP, or messages kept as files in the data folder.

        Raises ValueError for a URL that does not start with smtp://.
        """
        if not self.mail_url:
            return {
                "EMAIL_BACKEND": "facturier.delivery.mailbox.FolderBackend",
                "EMAIL_FILE_PATH": str(self.data_dir / "mail"),
            }
        parts = urlsplit(self.mail_url)
        if parts.scheme != "smtp" or not parts.hostname:
            raise ValueError("FACTURIER_MAIL_URL must read smtp://user:password@host:port?tls=…")
        options = dict(parse_qsl(parts.query))
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or 587,
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": options.get("tls") == "starttls",
            "EMAIL_USE_SSL": options.get("tls") == "yes",
            "EMAIL_TIMEOUT": float(options.get("timeout", "20")),
        }


def sqlite(path: Path) -> dict[str, Any]:
    """Settings of an embedded database: one writer at a time, durable on commit."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
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
    }

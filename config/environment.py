"""Typed reading of the environment. A value that cannot be used stops the start, and says why."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name).lower()
    if value not in ("", "0", "1", "true", "false", "yes", "no", "on", "off"):
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not “{value}”")
    return default if not value else value in ("1", "true", "yes", "on")


def number(name: str, default: int, low: int = 0) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < low:
        raise ImproperlyConfigured(f"{name} must be a whole number from {low}, not “{value}”")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def secret(name: str, file: Path) -> str:
    """The secret from the environment, else one made once for this machine and kept in ``file``."""
    value = text(name)
    if value:
        if len(value) < 32:
            raise ImproperlyConfigured(
                f"{name} is too short to be a secret: use 50 random characters"
            )
        return value
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(50)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(made)
        except FileExistsError:  # another process was faster
            return file.read_text().strip()
        return made


@dataclass(frozen=True)
class MailServer:
    """Where mail goes. ``tls`` is "starttls", "implicit" or "none"; no host means: print it."""

    host: str = ""
    port: int = 587
    user: str = ""
    password: str = ""
    tls: str = "starttls"

    @property
    def backend(self) -> str:
        kind = "smtp" if self.host else "console"
        return f"django.core.mail.backends.{kind}.EmailBackend"


def mail_server() -> MailServer:
    """From EMAIL_URL (smtp://user:password@host:587, smtps://…), or from SMTP_HOST and its companions."""
    url, host = text("EMAIL_URL"), text("SMTP_HOST")
    if url and host:
        raise ImproperlyConfigured("set EMAIL_URL or SMTP_HOST, not both")
    if url:
        return _mail_server_of(url)
    port = number("SMTP_PORT", 587, 1)
    tls = text("SMTP_TLS", "implicit" if port == 465 else "starttls")
    return _checked(
        MailServer(host, port, text("SMTP_USER"), text("SMTP_PASSWORD"), tls), "SMTP_TLS"
    )


def _mail_server_of(url: str) -> MailServer:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {error}") from error
    if parts.scheme == "console":
        return MailServer()
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must be smtp://…, smtps://… or console://")
    is_implicit = parts.scheme == "smtps" or port == 465
    tls = parse_qs(parts.query).get("tls", ["implicit" if is_implicit else "starttls"])[0]
    server = MailServer(
        parts.hostname,
        port or (465 if is_implicit else 587),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls,
    )
    return _checked(server, "tls in EMAIL_URL")


def _checked(server: MailServer, name: str) -> MailServer:
    if server.tls not in ("starttls", "implicit", "none"):
        raise ImproperlyConfigured(f"{name} must be starttls, implicit or none, not “{server.tls}”")
    if (
        server.password
        and server.tls == "none"
        and server.host not in ("localhost", "127.0.0.1", "::1")
    ):
        raise ImproperlyConfigured(f"{name}: a password is not sent to {server.host} in the clear")
    return server

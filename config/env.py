"""What the surroundings say: every setting that may differ between two installations, read once and checked.

This is the only reader of ``os.environ`` and of the optional file ``.env``; `.env.example` lists the names.
"""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from config import embedded, processor
from config.trouble import Trouble
from lib.drafts import keep_first

PROJECT = Path(__file__).resolve().parent.parent
ROLES = ("owner", "loader", "app", "support", "broker")
QUEUES = ("default", "long")
THIS_MACHINE = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class Smtp:
    """The mail server that carries our letters."""

    host: str
    port: int
    username: str = ""
    password: str = field(default="", repr=False)
    use_tls: bool = False
    use_ssl: bool = False


@dataclass(frozen=True)
class Operator:
    """Who runs this installation and answers for it: named in the policy, the terms and every export."""

    name: str
    address: str
    country: str  # where the data is kept, ISO 3166-1
    support_email: str
    legal_email: str
    security_email: str = ""
    sales_email: str = ""
    billing_email: str = ""

    def named(self) -> dict[str, str]:
        """Who they are and how to reach them, for a file that leaves the house."""
        return {"name": self.name, "address": self.address, "contact": self.legal_email}

    def line(self) -> str:
        """The same where there is room for one line."""
        return ", ".join(filter(None, self.named().values()))


@dataclass(frozen=True)
class Env:
    """One installation's settings. ``debug`` is on only where nobody but this machine can come in."""

    debug: bool
    secret_key: str = field(repr=False)
    former_secret_keys: list[str] = field(repr=False)
    data_dir: Path
    port: int
    site_url: str
    allowed_hosts: list[str]
    database_url: str | None = field(repr=False)
    database_urls: dict[str, str] = field(repr=False)
    database_role: str
    broker_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    worker_queue: str
    smtp: Smtp | None
    email_from: str
    mail_webhook_secret: str = field(repr=False)
    mail_log_domain: str
    mail_log_port: int
    operator: Operator
    trial_days: int
    api_requests_per_minute: int
    promises_file: Path
    stripe: processor.Stripe
    audit_log_key: str = field(default="", repr=False)
    deletion_ledger: Path = Path("deletion_ledger.jsonl")
    backup_keys: Path = Path("backup_keys.json")
    restores: Path = Path("restores.jsonl")
    backups_kept_days: int = 35
    audit_checkpoints_file: str = ""
    processors_file: Path | None = None
    providers_file: Path | None = None
    leaked_passwords_file: Path | None = None

    @property
    def audit_log_key_file(self) -> Path:
        """Where the key that signs the audit log lies, when it is not named; made when it is first needed."""
        return self.data_dir / "audit_log_key"

    @property
    def files_dir(self) -> Path:
        return self.data_dir / "files"

    @property
    def mail_dir(self) -> Path:
        """Where letters lie when no mail server is set."""
        return self.data_dir / "mail"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    @property
    def is_embedded(self) -> bool:
        """True when the database is the one that `bin/start` runs itself."""
        return self.database_url is None

    def derive(self, purpose: str) -> str:
        """A secret for one purpose, made from the installation's own."""
        return _derive(self.secret_key, purpose)

    def derive_all(self, purpose: str) -> list[str]:
        """The same from the present secret and from those before it, newest first."""
        return [_derive(secret, purpose) for secret in (self.secret_key, *self.former_secret_keys)]

    def role_password(self, role: str) -> str:
        return self.derive(f"database role {role}")

    def database(self, role: str) -> dict[str, Any]:
        """Django's DATABASES entry for one of our roles: owner, loader, app or support."""
        given = self.conninfo(role)
        return {
            "ENGINE": "tenancy.postgresql",
            "NAME": given.pop("dbname", "candor"),
            "USER": given.pop("user"),
            "PASSWORD": given.pop("password", ""),
            "HOST": given.pop("host", ""),
            "PORT": given.pop("port", ""),
            "OPTIONS": given,
        }

    @property
    def is_app_only(self) -> bool:
        """True when DATABASE_URL already speaks as the app role, so somebody else made the roles."""
        return self.database_url is not None and _words(self.database_url)["user"] == "candor_app"

    def conninfo(self, role: str) -> dict[str, str]:
        """libpq's words for a connection as one of our roles; the broker has a database of its own."""
        if role not in ROLES:
            raise ValueError(f"{role!r} is not one of {', '.join(ROLES)}")
        if own_url := self.database_urls.get(role):
            return _words(own_url)
        if self.database_url is None:
            server = {"host": str(embedded.socket_folder(self.data_dir)), "dbname": "candor"}
        else:
            server = _words(self.database_url)
            if self.is_app_only and role == "app":
                return server
            if self.is_app_only and role == "owner":
                raise Trouble(
                    "DATABASE_URL speaks as candor_app, which may not change tables. "
                    "Set DATABASE_OWNER_URL to candor_owner's address for this command."
                )
        if role == "broker":
            server["dbname"] += "_broker"
        return {**server, "user": f"candor_{role}", "password": self.role_password(f"candor_{role}")}

    def dsn(self, role: str) -> str:
        return make_conninfo("", **self.conninfo(role))

    @property
    def demo_password(self) -> str:
        """The word that opens the demo accounts of this installation, easy to read aloud."""
        digits = bytes.fromhex(self.derive("demo password"))
        return "".join("bdfghjklmnprstvz"[byte & 15] + "aeiou"[(byte >> 4) % 5] for byte in digits[:7])


def read(environ: Mapping[str, str], project: Path = PROJECT) -> Env:
    """Read every setting; if any is wrong, name them all at once."""
    given = _Reader({**_dotenv(project / ".env"), **environ})
    data_dir = (project / (given.text("CANDOR_DATA") or ".data")).resolve()
    port = given.number("PORT", 8000, 1, 65535)
    site_url = given.url("SITE_URL", ("http", "https"), f"http://localhost:{port}").rstrip("/")
    host = urlsplit(site_url).hostname or "localhost"
    is_local = host in THIS_MACHINE
    debug = given.switch("DEBUG", is_local)
    if debug and not is_local:
        given.troubles.append(
            f"DEBUG is on while SITE_URL names {host}; strangers would read our innards. Unset DEBUG."
        )
    values: dict[str, Any] = {
        "debug": debug,
        "data_dir": data_dir,
        "port": port,
        "site_url": site_url,
        "allowed_hosts": given.words("ALLOWED_HOSTS") or ([*THIS_MACHINE] if is_local else [host]),
        "database_url": given.conninfo("DATABASE_URL"),
        "database_urls": {
            role: url for role in ROLES if role != "app" and (url := given.conninfo(f"DATABASE_{role.upper()}_URL"))
        },
        "database_role": given.one_of("CANDOR_DATABASE_ROLE", ROLES, "app"),
        "broker_url": (broker_url := given.url("CELERY_BROKER_URL", ("redis", "rediss"), "") or None),
        "redis_url": given.url("REDIS_URL", ("redis", "rediss"), "") or broker_url,
        "worker_queue": given.one_of("WORKER_QUEUE", QUEUES, "default"),
        "smtp": given.smtp("EMAIL_URL"),
        "email_from": given.text("EMAIL_FROM") or f"Candor <candor@{host}>",
        "mail_webhook_secret": given.text("MAIL_WEBHOOK_SECRET"),
        "mail_log_domain": given.text("MAIL_LOG_DOMAIN").lower() or host,
        "mail_log_port": given.number("MAIL_LOG_PORT", port + 25 if port + 25 < 65536 else port - 25, 0, 65535),
        "operator": given.operator(host),
        "trial_days": given.number("TRIAL_DAYS", 30, 1, 365),
        "api_requests_per_minute": given.number("API_REQUESTS_PER_MINUTE", 1200, 0, 1_000_000),
        "promises_file": (project / (given.text("PROMISES_FILE") or ".promises.json")).resolve(),
        "processors_file": (project / own).resolve() if (own := given.text("PROCESSORS_FILE")) else None,
        "providers_file": given.file("PROVIDERS_FILE", project),
        "leaked_passwords_file": given.file("LEAKED_PASSWORDS_FILE", project),
        "audit_log_key": given.text("AUDIT_LOG_KEY"),
        "deletion_ledger": (data_dir / (given.text("DELETION_LEDGER") or "deletion_ledger.jsonl")).resolve(),
        "backup_keys": (data_dir / (given.text("BACKUP_KEYS") or "backup_keys.json")).resolve(),
        "restores": (data_dir / (given.text("RESTORES") or "restores.jsonl")).resolve(),
        "backups_kept_days": given.number("BACKUPS_KEPT_DAYS", 35, 1, 3650),
        "audit_checkpoints_file": given.text("AUDIT_CHECKPOINTS_FILE"),
        "secret_key": given.secret("SECRET_KEY", data_dir),
        "former_secret_keys": given.former_secrets("SECRET_KEY_FALLBACKS"),
    }
    values["stripe"] = processor.read(
        given, debug=debug, port=port, derive=lambda purpose: _derive(values["secret_key"], purpose)
    )
    if given.troubles:
        raise Trouble("Candor cannot work with these settings:\n" + "\n".join(f"  - {line}" for line in given.troubles))
    return Env(**values)


class _Reader:
    """Takes settings out of a mapping and remembers what was wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.troubles: list[str] = []

    def text(self, name: str) -> str:
        return self.environ.get(name, "").strip()

    def file(self, name: str, folder: Path) -> Path | None:
        """One that is there and not empty; a relative path starts at the folder."""
        path = (folder / self.text(name)).resolve()
        if self.text(name) and not (path.is_file() and path.stat().st_size):
            self.troubles.append(f"{name}: there is nothing to read at {path}.")
        return path if self.text(name) else None

    def words(self, name: str) -> list[str]:
        """Several, with commas between."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name)
        if not text:
            return default
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        self.troubles.append(f'{name} is "{text}"; it must be a number from {low} to {high}.')
        return default

    def switch(self, name: str, default: bool) -> bool:
        text = self.text(name).lower()
        if text in ("1", "true", "yes", "on"):
            return True
        if text in ("0", "false", "no", "off"):
            return False
        if text:
            self.troubles.append(f'{name} is "{text}"; write 1 for on or 0 for off.')
        return default

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        text = self.text(name) or default
        if text not in choices:
            self.troubles.append(f'{name} is "{text}"; it must be one of: {", ".join(choices)}.')
        return text

    def url(self, name: str, schemes: tuple[str, ...], default: str) -> str:
        text = self.text(name)
        if not text:
            return default
        try:
            parts = urlsplit(text)
            is_good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_good = False
        if not is_good:
            forms = " or ".join(f"{scheme}://…" for scheme in schemes)
            self.troubles.append(f"{name} must be an address of the form {forms}.")
            return default
        return text

    def conninfo(self, name: str) -> str | None:
        text = self.text(name)
        if not text:
            return None
        try:
            known = _words(text)
        except ProgrammingError:
            known = {}
        missing = [part for part in ("user", "dbname") if not known.get(part)]
        if missing:
            self.troubles.append(
                f"{name} must be an address like postgresql://user:password@host:5432/candor; "
                f"missing: {', '.join({'user': 'a user', 'dbname': 'a database'}[part] for part in missing)}."
            )
            return None
        return text

    def smtp(self, name: str) -> Smtp | None:
        text = self.url(name, ("smtp", "smtps"), "")
        if not text:
            return None
        parts = urlsplit(text)
        is_ssl = parts.scheme == "smtps"
        use_tls = not is_ssl and parse_qs(parts.query).get("tls", ["1"])[-1] not in ("0", "off", "no")
        return Smtp(
            host=parts.hostname or "",
            port=parts.port or (465 if is_ssl else 587),
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            use_tls=use_tls,
            use_ssl=is_ssl,
        )

    def operator(self, host: str) -> Operator:
        country = self.text("OPERATOR_COUNTRY").upper() or "DE"
        if len(country) != 2 or not country.isalpha():
            self.troubles.append(f'OPERATOR_COUNTRY is "{country}"; it must be a country\'s two letters, such as DE.')
        return Operator(
            name=self.text("OPERATOR_NAME") or f"the operator of {host}",
            address=self.text("OPERATOR_ADDRESS"),
            country=country,
            support_email=(support := self.text("SUPPORT_EMAIL") or f"support@{host}"),
            legal_email=self.text("LEGAL_EMAIL") or f"legal@{host}",
            security_email=self.text("SECURITY_EMAIL") or f"security@{host}",
            sales_email=self.text("SALES_EMAIL") or support,
            billing_email=self.text("BILLING_EMAIL") or support,
        )

    def secret(self, name: str, data_dir: Path) -> str:
        if text := self.text(name):
            if len(text) < 32:
                self.troubles.append(f"{name} is too short to be a secret; give it at least 32 characters.")
            return text
        try:
            return installation_secret(data_dir)
        except OSError as error:
            reason = error.strerror or str(error)
            self.troubles.append(
                f"The data folder {data_dir} cannot be used ({reason}). "
                "Make it readable and writable for this user, or name another folder in CANDOR_DATA."
            )
            return ""

    def former_secrets(self, name: str) -> list[str]:
        """Secrets that sealed before the present one, newest first, with commas between."""
        secrets = self.words(name)
        if any(len(text) < 32 for text in secrets):
            self.troubles.append(f"{name} holds a secret of less than 32 characters; name only those that were used.")
        return secrets


def _derive(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def installation_secret(data_dir: Path) -> str:
    """The random secret that this installation made for itself, kept in its data folder."""
    path = data_dir / "secret_key"
    embedded.make_data_dir(data_dir)
    if not path.exists():
        keep_first(path, secrets.token_urlsafe(48))
    text = path.read_text().strip()
    if len(text) < 32:
        raise OSError(f"the file {path.name} in it is damaged; put it back from a backup")
    return text


def child_environ(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with some names changed, for a child; an empty text unsets."""
    return {**os.environ, **changes}


def _words(url: str) -> dict[str, str]:
    return {name: str(value) for name, value in conninfo_to_dict(url).items()}


def _dotenv(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"The file {path} cannot be read ({error}).") from None
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines)
    return {
        name.strip(): value.strip().strip("\"'") for name, equals, value in pairs if equals and not name.startswith("#")
    }


env = read(os.environ)

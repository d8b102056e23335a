"""Every measure of the page ``/security/``, each with its check. To add one, write a function that asks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.contrib.auth.password_validation import validate_password
from django.core import checks
from django.core.cache import cache, caches
from django.core.cache.backends.dummy import DummyCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audit.models import Checkpoint, Event, Link
from lib import formats
from lib.restores import last_restore
from lib.seals import Seal, marks
from lib.templatetags.look import leads_somewhere
from privacy.policies import ledger
from privacy.policies.ledger import State as Standing
from tenancy import catalog, roles
from website.register import Finding, fails, holds, measure, not_here

FIRMS, SIGN_IN, WAY, LOG, PROGRAM = (
    "Between one firm and another",
    "Signing in",
    "On the way to you",
    "What happened stays known",
    "The program itself",
)
YEAR = int(timedelta(days=365).total_seconds())
STRONG_HASHES = {"argon2", "scrypt", "pbkdf2_sha256", "pbkdf2_sha512", "bcrypt_sha256"}
LEAST_ROUNDS = 600_000  # of PBKDF2
BAD_PASSWORDS = ("password123", "quiet7", "73012984610")
SECOND_FACTORS = {"totp": "codes from an app", "webauthn": "passkeys", "recovery_codes": "recovery codes"}
SHARED_TRIES = ("login", "login_failed", "signup", "reset")
REHEARSED_WITHIN = timedelta(days=100)  # of a backup: each quarter
SIGNED_WITHIN = timedelta(hours=2)  # it is done once an hour
OPEN_HERE = "This installation runs without HTTPS, on one machine, to be tried out or worked on."
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;[^\\]*)?(.*(?:\n\s+.*)*)", re.MULTILINE)


# --- between one firm and another -----------------------------------------------------------------


@measure(
    FIRMS,
    "The database itself keeps firms apart",
    "Each row belongs to one firm, and PostgreSQL shows it to that firm alone, whatever the program above it asks. "
    "The check reads the database’s own catalogue: every table, every key, every right.",
)
def fence() -> Finding:
    with connection.cursor() as cursor:
        answers = catalog.verify(cursor)
    if faults := sum(len(answer.faults) for answer in answers):
        return fails(f"{len(answers)} questions asked, {_times(faults, 'finding')}.")
    return holds(f"{len(answers)} questions asked, no finding.")


@measure(
    FIRMS,
    "The program has no master key",
    "What serves you signs in to the database with a role that can’t look over that fence, and refuses to start "
    "with a stronger one.",
)
def role() -> Finding:
    with connection.cursor() as cursor:
        is_too_strong = roles.is_too_strong(cursor)
        cursor.execute("SELECT current_user")
        name = cursor.fetchone()[0]
    return fails(f"{name} could look over it.") if is_too_strong else holds(f"Works as {name}.")


@measure(
    FIRMS,
    "Every page asks who you are and what you may do",
    "No address behind the sign-in is without a rule that says which roles may use it.",
)
def doors() -> Finding:
    views = list(_views_behind_the_door())
    open_ones = sum(not hasattr(view, "allowed_action") for view in views)
    if open_ones or not views:
        return fails(f"{open_ones} of {len(views)} addresses say nothing.")
    return holds(f"{len(views)} addresses, each with its rule.")


def _views_behind_the_door() -> Iterator[Callable[..., Any]]:
    doors = [each for each in get_resolver().url_patterns if str(each.pattern) == "a/<slug:account_slug>/"]
    for door in doors:
        if isinstance(door, URLResolver):
            yield from _views(door)


def _views(resolver: URLResolver) -> Iterator[Callable[..., Any]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _views(each)
        elif isinstance(each, URLPattern):
            yield each.callback


# --- signing in -----------------------------------------------------------------------------------


@measure(
    SIGN_IN,
    "Passwords are kept as slow hashes",
    "We can’t read yours. Whoever stole the table would have to guess each one slowly.",
)
def password_hashes() -> Finding:
    hasher = get_hasher()
    rounds = getattr(hasher, "iterations", None)
    if hasher.algorithm not in STRONG_HASHES or (rounds is not None and rounds < LEAST_ROUNDS):
        return fails(f"{hasher.algorithm} is too quick.")
    return holds(f"{hasher.algorithm}, {rounds:,} rounds." if rounds else f"{hasher.algorithm}.")


@measure(
    SIGN_IN,
    "Weak passwords are refused",
    "Short ones, common ones, nothing but digits, or your own name. The check tries some.",
)
def weak_passwords() -> Finding:
    taken = [password for password in BAD_PASSWORDS if _is_taken(password)]
    if taken:
        return fails(f"{len(taken)} of {len(BAD_PASSWORDS)} bad ones were taken.")
    return holds(f"{len(BAD_PASSWORDS)} bad ones tried, all refused.")


def _is_taken(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True


@measure(
    SIGN_IN,
    "Guessing is slowed down",
    "Tries are counted by what was typed, by address and by network, in one place for all servers. The pause grows.",
)
def guessing() -> Finding:
    uncounted = [name for name in SHARED_TRIES if not settings.ACCOUNT_RATE_LIMITS.get(name)]
    if uncounted:
        return fails(f"Not counted: {', '.join(uncounted)}.")
    if isinstance(caches["default"], LocMemCache | DummyCache):
        return fails("Each server counts for itself.")
    cache.set("measure: guessing", "counted", 60)
    if cache.get("measure: guessing") != "counted":
        return fails("What is counted gets lost.")
    return holds("Counted, and shared by all servers.")


@measure(SIGN_IN, "A second factor", "A code or a passkey beside the password, for those who want it or must have it.")
def second_factor() -> Finding:
    if not leads_somewhere("/second-factor/", settings.ROOT_URLCONF):
        return not_here("Not built yet. Until it is, the password and the letters about new browsers are all there is.")
    kinds = getattr(settings, "MFA_SUPPORTED_TYPES", ["recovery_codes", "totp"])
    words = ", ".join(name for kind, name in SECOND_FACTORS.items() if kind in kinds)
    return holds(f"{words.capitalize()}.") if words else fails("Nothing can be used.")


@measure(
    SIGN_IN,
    "A stolen table opens no session",
    "What your browser carries is a secret that we keep only as a keyed hash. A session ends by itself.",
)
def sessions() -> Finding:
    store = import_module(settings.SESSION_ENGINE).SessionStore.of_browser("a secret")
    sealed = store.encode({"who": "somebody"})
    is_hidden = store.session_key == marks("session", "a secret")[0] and "somebody" not in sealed
    if not is_hidden or store.decode(sealed) != {"who": "somebody"}:
        return fails("What is stored would open a session.")
    idle, longest = _hours(settings.SESSION_IDLE), _hours(settings.SESSION_ABSOLUTE)
    return holds(f"Ends after {idle} hours unused, and after {longest} in any case.")


# --- on the way -----------------------------------------------------------------------------------


@measure(
    WAY, "Everything travels encrypted", "A plain request is sent on to HTTPS, and browsers are told to stay there."
)
def https() -> Finding:
    is_told = settings.SECURE_HSTS_SECONDS >= YEAR
    if settings.SECURE_SSL_REDIRECT and is_told and settings.SITE_URL.startswith("https://"):
        return holds(f"HTTPS only; browsers remember it for {settings.SECURE_HSTS_SECONDS // 86400} days.")
    return not_here(OPEN_HERE) if settings.DEBUG else fails("Plain requests are answered.")


@measure(
    WAY,
    "Cookies are ours alone",
    "Scripts can’t read them, other sites can’t send them along, and over HTTPS they never leave this host.",
)
def cookies() -> Finding:
    kinds = ("SESSION", "CSRF")
    if not all(getattr(settings, f"{kind}_COOKIE_HTTPONLY") for kind in kinds):
        return fails("Scripts can read one.")
    if not all(getattr(settings, f"{kind}_COOKIE_SAMESITE") in ("Lax", "Strict") for kind in kinds):
        return fails("Other sites can send one along.")
    if all(_is_bound(kind) for kind in kinds):
        return holds("HttpOnly, SameSite, Secure, bound to this host.")
    return not_here(f"HttpOnly and SameSite, not Secure. {OPEN_HERE}") if settings.DEBUG else fails("Not Secure.")


def _is_bound(kind: str) -> bool:
    secure, name = getattr(settings, f"{kind}_COOKIE_SECURE"), getattr(settings, f"{kind}_COOKIE_NAME")
    return bool(secure) and str(name).startswith("__Host-")


@measure(
    WAY,
    "Nothing foreign runs in your browser",
    "No script, font, picture or frame comes from anybody else’s server, and none of ours stands inside a page.",
)
def content_policy() -> Finding:
    rules: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    allowed = {word for name, words in rules.items() for word in words if (name, word) != ("img-src", "data:")}
    has_all = {"default-src", "object-src", "base-uri", "form-action", "frame-ancestors"} <= rules.keys()
    if not has_all or not allowed <= {"'self'", "'none'"} or "csp.middleware.CSPMiddleware" not in settings.MIDDLEWARE:
        return fails("The policy has a gap.")
    return holds(f"A content policy of {len(rules)} rules: only this host, or nothing.")


@measure(WAY, "Only known names are answered", "A request that was made for another host gets nothing.")
def known_hosts() -> Finding:
    loose = [host for host in settings.ALLOWED_HOSTS if host.startswith(("*", "."))]
    if loose or not settings.ALLOWED_HOSTS:
        return fails("Any name would be answered.")
    return holds(f"{_times(len(settings.ALLOWED_HOSTS), 'name')} known.")


@measure(
    WAY,
    "The way to the database is private",
    "Between the program and its database, what is yours travels over a socket of the same machine, or encrypted.",
)
def database_way() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT host(inet_client_addr()), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        address, is_encrypted = cursor.fetchone()
    if is_encrypted:
        return holds("Encrypted.")
    if address is None or ipaddress.ip_address(address).is_loopback:
        return holds("It does not leave the machine.")
    return fails("It crosses a network in the open.")


@measure(WAY, "Mail leaves encrypted", "Letters go to the mail server over TLS.")
def mail_way() -> Finding:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return not_here("No mail server: this installation keeps its letters in a folder.")
    if settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL:
        return holds("TLS." if settings.EMAIL_USE_SSL else "STARTTLS.")
    return fails("They go in the open.")


# --- what happened --------------------------------------------------------------------------------


@measure(
    LOG,
    "The log can’t be rewritten by the program",
    "Every change leaves a line in the firm’s own log. The role that serves you may add lines, and neither change "
    "nor remove any.",
)
def append_only() -> Finding:
    tables = [model._meta.db_table for model in (Event, Link, Checkpoint)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE has_table_privilege(name, 'UPDATE, DELETE, TRUNCATE')",
            [tables],
        )
        found = [name for (name,) in cursor.fetchall()]
    return fails(f"It may change {', '.join(found)}.") if found else holds("It may read and add, nothing else.")


@measure(
    LOG,
    "All logs are signed every hour",
    "With a key that is not in the database. Whoever changes a line later, with whatever rights, can be found out, "
    "and you can check it without us.",
)
def signed_log() -> Finding:
    newest = Checkpoint.objects.order_by("-number").first()
    if newest is None:
        return not_here("No hour has been signed yet.")
    age = timezone.now() - newest.made_at
    words = f"Signature {newest.number:,}, {_minutes(age)} old."
    return holds(words) if age <= SIGNED_WITHIN else fails(words)


# --- the program ----------------------------------------------------------------------------------


@measure(
    LOG,
    "A backup can be put back",
    "Backups are encrypted, and one is put back into an empty installation from time to time, to see that it works.",
)
def rehearsed_restore() -> Finding:
    last = last_restore(settings.RESTORES_FILE)
    if last is None:
        return not_here("This installation has no record of a backup that was put back.")
    at, rows = last
    if timezone.now() - at > REHEARSED_WITHIN:
        return fails(f"No backup was put back since {formats.day(at.date(), 'year')}.")
    return holds(f"Put back on {formats.day(at.date(), 'year')}: {_times(rows, 'row')} came.")


@measure(
    PROGRAM,
    "Every column says what it holds",
    "What is about a person, why we keep it and for how long is written beside each column. One that says nothing "
    "stops the program’s own check.",
)
def described_columns() -> Finding:
    found = [each for each in checks.run_checks(tags=["datamap", "tenancy"]) if each.level >= checks.ERROR]
    columns = sum(len(model._meta.local_concrete_fields) for model in apps.get_models())
    return fails(f"{_times(len(found), 'finding')}.") if found else holds(f"{columns:,} columns, no finding.")


@measure(
    PROGRAM,
    "Other people’s code is what we pinned",
    "Each library has a fixed version and a fingerprint. The check compares the list with what runs here.",
)
def pinned_libraries() -> Finding:
    wanted = pinned(Path(settings.BASE_DIR, "requirements.txt").read_text(encoding="utf-8"))
    if loose := [name for name, (_, is_fixed) in wanted.items() if not is_fixed]:
        return fails(f"{_times(len(loose), 'library', 'libraries')} without a fingerprint.")
    installed = {name: _installed(name) for name in wanted}
    others = [name for name, (version, _) in wanted.items() if installed[name] not in (None, version)]
    if others or not wanted:
        return fails(f"{_times(len(others), 'library', 'libraries')} in another version.")
    return holds(f"{sum(each is not None for each in installed.values())} libraries, all as pinned.")


def pinned(text: str) -> dict[str, tuple[str, bool]]:
    """What a list of requirements asks for: name → version, and whether it has a fingerprint."""
    return {name: (version, "--hash=sha256:" in rest) for name, version, rest in PINNED.findall(text)}


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # asked for on other systems only
        return None


@measure(
    PROGRAM,
    "Secrets of one purpose open nothing else",
    "What we seal for a cookie, a session or a link opens as that alone. Each purpose has a key of its own.",
)
def sealed_secrets() -> Finding:
    one, other = Seal("measure: one"), Seal("measure: other")
    sealed = one.close("a word")
    if "a word" in sealed or one.open(sealed) != "a word" or other.open(sealed) is not None:
        return fails("A seal opens what it must not.")
    return holds("Tried: one seal opens its own, another does not.")


@measure(
    PROGRAM,
    "What we promise is tested",
    "Sentences of our privacy policy are tied to tests that fail when a sentence is broken.",
)
def tested_promises() -> Finding:
    found = ledger.of_this_installation()
    broken, proven = sum(line.is_broken for line in found.lines), found.count(Standing.PROVEN)
    if broken:
        return fails(f"{_times(broken, 'promise')} with a failing test.")
    if not proven:
        return not_here("The tests have not run on this very code.")
    return holds(f"{proven} of {len(found.lines)} promises proven on this very code.")


def _times(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _hours(length: timedelta) -> int:
    return length // timedelta(hours=1)


def _minutes(age: timedelta) -> str:
    return _times(max(0, age // timedelta(minutes=1)), "minute")

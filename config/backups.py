"""`bin/backup FILE` and `bin/restore FILE`: database and files in one encrypted file, and back again.

Two things lie beside a backup and never in it, and are replicated by themselves: the ledger of deletions, which must
not go back in time, and the accounts' keys, so that erasing one makes its files in all older backups unreadable.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg
import psycopg.sql
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import embedded, roles
from config.env import Env, env
from config.trouble import Trouble, give_up
from lib import restores
from lib.drafts import whole

MARK = b"candor backup 1\n"
SALT, CHUNK, TAG = 32, 1024 * 1024, 16
NOT_KEPT = ("accounts_accountkey", "accounts_cacheentry", "django_session", "usersessions_usersession")
_KEYS = "SELECT a.public_id, k.wrapped FROM accounts_accountkey k JOIN accounts_account a ON a.id = k.account_id"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_PUT_KEY = """
    INSERT INTO accounts_accountkey (account_id, public_id, wrapped)
    SELECT id, gen_random_uuid(), %s FROM accounts_account WHERE public_id = %s
"""
# What was allowed to staff when the backup was made may have been taken back since, and nobody here knows it.
_END_GRANTS = """
    INSERT INTO support_access_grantstep (grant_id, kind, because, how, records, unmasked)
    SELECT id, 'ended', 'restore', '', '{}', '{}' FROM support_access_grant wish
    WHERE asked_at > now() - interval '3 days'
    AND NOT EXISTS (SELECT 1 FROM support_access_grantstep WHERE grant_id = wish.id AND kind IN ('ended', 'refused'))
"""


class Sealer:
    """A file to write to: what is written is encrypted in chunks, in their order, the last one marked."""

    def __init__(self, file: IO[bytes], secret: str) -> None:
        salt = secrets.token_bytes(SALT)
        file.write(MARK + salt)
        self.file, self.cipher, self.number, self.rest = file, _cipher(secret, salt), 0, bytearray()

    def write(self, data: bytes) -> int:
        self.rest += data
        while len(self.rest) > CHUNK:
            self._put(bytes(self.rest[:CHUNK]), is_last=False)
            del self.rest[:CHUNK]
        return len(data)

    def close(self) -> None:
        self._put(bytes(self.rest), is_last=True)

    def _put(self, chunk: bytes, *, is_last: bool) -> None:
        self.file.write(self.cipher.encrypt(_nonce(self.number, is_last), chunk, MARK))
        self.number += 1


class Opener:
    """A file to read from: gives back what was sealed, and raises Trouble if it was changed or cut off."""

    def __init__(self, file: IO[bytes], known: list[str]) -> None:
        if file.read(len(MARK)) != MARK:
            raise Trouble("This is no backup of Candor.")
        salt, self.file, self.number, self.data, self.is_over = file.read(SALT), file, 0, b"", False
        self.ahead = file.read(CHUNK + TAG)
        self.ciphers = [_cipher(secret, salt) for secret in known]

    def read(self, size: int) -> bytes:
        while len(self.data) < size and not self.is_over:
            self.data += self._next()
        given, self.data = self.data[:size], self.data[size:]
        return given

    def _next(self) -> bytes:
        sealed, self.ahead = self.ahead, self.file.read(CHUNK + TAG)
        self.is_over = not self.ahead
        for cipher in self.ciphers:
            try:
                chunk = cipher.decrypt(_nonce(self.number, self.is_over), sealed, MARK)
            except InvalidTag:
                continue
            self.number, self.ciphers = self.number + 1, [cipher]
            return chunk
        raise Trouble("The backup is damaged or cut off, or was made under another SECRET_KEY.")


def backup(file: Path, here: Env = env) -> None:
    """Database and files, encrypted; and the accounts' keys into the file beside it."""
    from privacy.deletion import keyring

    with tempfile.TemporaryDirectory(dir=here.data_dir) as folder:
        dump = Path(folder) / "database.dump"
        left_out = [f"--exclude-table-data={table}" for table in NOT_KEPT]
        _run(here, "pg_dump", "--format=custom", *left_out, f"--file={dump}", f"--dbname={here.dsn('loader')}")
        with psycopg.connect(here.dsn("loader")) as connection:
            keyring.replace({str(name): bytes(key) for name, key in connection.execute(_KEYS).fetchall()})
        with whole(file) as out:
            sealer: Any = Sealer(out, here.secret_key)
            with tarfile.open(fileobj=sealer, mode="w|") as tar:
                tar.add(dump, "database.dump")
                if here.files_dir.is_dir():
                    tar.add(here.files_dir, "files")
            sealer.close()


def restore(file: Path, here: Env = env) -> None:
    """Into an installation without accounts and without files. What staff might look at then is over."""
    from privacy.deletion import keyring

    if here.files_dir.is_dir() and any(here.files_dir.iterdir()):
        raise Trouble(f"{here.files_dir} is not empty. Restore into a new data folder: CANDOR_DATA=… bin/restore FILE.")
    _refuse_used_database(here)
    _refuse_without_what_lies_beside(here)
    with tempfile.TemporaryDirectory(dir=here.data_dir) as folder, file.open("rb") as sealed:
        opener: Any = Opener(sealed, [here.secret_key, *here.former_secret_keys])
        with tarfile.open(fileobj=opener, mode="r|") as tar:
            tar.extractall(folder, filter="data")
        _run(here, "pg_restore", "--exit-on-error", f"--dbname={_keeper(here)}", f"{folder}/database.dump")
        if (Path(folder) / "files").is_dir():
            shutil.copytree(Path(folder) / "files", here.files_dir, dirs_exist_ok=True)
    with psycopg.connect(here.dsn("loader")) as connection:
        for name, key in keyring.keys().items():
            connection.execute(_PUT_KEY, [key, name])
        connection.execute(_END_GRANTS)
        _note_restore(connection, file, here)


def _note_restore(connection: Any, file: Path, here: Env) -> None:
    """One more line in the record of restores (78): when, of which backup, and how much came back."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    count = psycopg.sql.SQL("SELECT count(*) FROM {}").format
    rows = sum(connection.execute(count(psycopg.sql.Identifier(name))).fetchone()[0] for name in tables)
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    restores.note(here.restores, backup=digest, tables=len(tables), rows=rows)


def _keeper(here: Env) -> str:
    """The address of whoever may give each thing its owner: not everything is candor_owner's (read_record is not)."""
    name = here.conninfo("owner")["dbname"]
    if here.is_embedded and (server := embedded.find(here.data_dir)):
        return server.admin_dsn(name)
    admin = roles.administrator(here.database_url or "")
    if admin is None:
        raise Trouble("Name a user in DATABASE_URL who may create roles: a restored database has several owners.")
    return psycopg.conninfo.make_conninfo(admin, dbname=name)


def _refuse_used_database(here: Env) -> None:
    with psycopg.connect(here.dsn("loader")) as connection:
        if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone():
            raise Trouble("The database is not empty. Restore into a new one: CANDOR_DATA=… bin/restore FILE.")


def _refuse_without_what_lies_beside(here: Env) -> None:
    """Without the keys no file could be read, and without the ledger nobody would know what was erased since."""
    for path, what in ((here.backup_keys, "keys (BACKUP_KEYS)"), (here.deletion_ledger, "ledger (DELETION_LEDGER)")):
        if not path.is_file():
            raise Trouble(f"There is no {path}. Put the newest file of {what} there first: no backup has it.")


def _run(here: Env, program: str, *words: str) -> None:
    own = embedded.program(here.data_dir, program) if here.is_embedded else None
    finished = subprocess.run([own or program, *words], capture_output=True, text=True, check=False)  # noqa: S603
    if finished.returncode:
        raise Trouble(f"{program} failed: {finished.stderr.strip()[-600:]}")


def _cipher(secret: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"candor backup").derive(secret.encode()))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


@contextmanager
def _server(here: Env) -> Iterator[None]:
    """The embedded server, where that is ours: running, with its roles and an empty database at least."""
    if not here.is_embedded:
        yield
        return
    server = embedded.start(here.data_dir)
    try:
        roles.prepare_database(server.admin_dsn(), here.conninfo("app")["dbname"], here.role_password)
        if here.broker_url is None:
            broker = here.conninfo("broker")
            roles.prepare_broker(server.admin_dsn(), broker["dbname"], broker["password"])
        yield
    finally:
        if server.is_ours:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description="Back up Candor, or restore a backup into an empty installation.")
    parser.add_argument("what", choices=["backup", "restore"])
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    embedded.make_data_dir(env.data_dir)
    with _server(env):
        {"backup": backup, "restore": restore}[given.what](given.file.resolve())
    print(  # noqa: T201
        f"The backup is in {given.file}. Keep with it, replicated and always the newest: {env.backup_keys}, "
        f"{env.deletion_ledger}, this installation's secrets and the key of its log."
        if given.what == "backup"
        else "Restored. Now manage.py replay_deletions erases again what was erased since; then bin/start."
    )


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        give_up(trouble)

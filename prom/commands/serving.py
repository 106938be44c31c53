"""`prom serve` and `prom worker`: the two processes of an installation."""

import gc
import logging
import socket
import time
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from prom import config, create_app, db, jobs, logs, metrics, schema
from prom.backup import quarantine
from prom.commands.speaking import opened
from prom.config import Settings
from prom.errors import StartRefused


class DiscreetLogger(Logger):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's logger, in our form and without anything that came from outside."""

    def setup(self, cfg: Any) -> None:
        """Set the logs up as gunicorn does, and write them as we do."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(logs.LibraryLines())


#: For each connection that a web process has, up to so many, it lets the others take a new one so much earlier.
HOLDS_BACK, AT_MOST = 0.0005, 4


class FairWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """gunicorn's process of threads; of several, the one with the fewest connections takes the next.

    They share one queue of new connections, and whichever is woken first would take all of a burst, while the other
    processor idles for as long as those connections live.
    """

    def accept(self, listener: socket.socket) -> None:
        """Take a new connection, unless a process with less to do has taken it meanwhile."""
        time.sleep(HOLDS_BACK * min(self.nr_conns, AT_MOST))
        super().accept(listener)


#: New objects that stay before the garbage collector looks for circles; a request makes some hundreds.
COLLECT_AFTER = 20_000


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
        if self._options["loglevel"] == "warning":
            logs.configure(logging.WARNING, self._settings.log_format)
        metrics.begin_process("web")
        # What stands now stays: the garbage collector need not look at it again, which is a tenth of a request's time.
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        return app


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--processes", type=click.IntRange(1, 64), help="Default: 1 on SQLite, 2 on PostgreSQL.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each process.")
@click.option("--quiet", is_flag=True, help="Log warnings only: no line for each request.")
def serve(host: str, processes: int | None, threads: int, quiet: bool) -> None:
    """Serve the pages on PORT, until SIGTERM; requests in flight are finished first."""
    settings = config.from_environment()
    logs.configure(logging.WARNING if quiet else logging.INFO, settings.log_format)
    check_port(host, settings.port)
    # Everything that can be refused is refused here, in words, before there are any worker processes.
    schema.open_installation(settings)
    quarantine.refuse()
    db.dispose()
    metrics.share(settings.metrics_folder)  # before the fork: as long as this process lives, nobody clears it away
    options = {
        "bind": f"{_bracketed(host)}:{settings.port}",
        "workers": processes or (1 if settings.is_sqlite else 2),
        "worker_class": FairWorker,
        "threads": threads,
        "graceful_timeout": 20,
        "accesslog": None,  # prom.traffic writes it
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
    settings = opened()
    logs.configure(logging.WARNING if quiet else logging.INFO, settings.log_format)
    quarantine.refuse()
    metrics.share(settings.metrics_folder)
    metrics.begin_process("worker")
    jobs.run_forever(settings)


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

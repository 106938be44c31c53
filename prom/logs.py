"""How Prom logs: structured lines on standard error, times in UTC, no health data by habit and by structure."""

import logging
import sys

import structlog


def configure(level: int = logging.INFO) -> None:
    """Send all log lines from a level on to standard error, so that standard output stays what a command answers."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    # Asked for with each logger, so that it is the stream of now and not that of when this was set up.
    return structlog.PrintLogger(sys.stderr)

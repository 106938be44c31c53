"""Which version of Prom runs."""

from importlib.metadata import PackageNotFoundError, version


def running_version() -> str:
    """Return the version that is installed, or that none is: run from its folder."""
    try:
        return version("prom")
    except PackageNotFoundError:
        return "not installed"

"""The authors' pages: the list, one version's preview, what differs, and paper."""

from prom.authoring.pages import overview, preview
from prom.authoring.pages.blueprint import pages

__all__ = ["overview", "pages", "preview"]

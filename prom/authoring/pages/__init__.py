"""The authors' pages: the list, one version's preview, what differs, paper, and rules."""

from prom.authoring.pages import overview, preview, rules
from prom.authoring.pages.blueprint import pages

__all__ = ["overview", "pages", "preview", "rules"]

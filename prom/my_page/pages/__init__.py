"""A patient's own page: how she comes in, what she reads there, and what she can change."""

from prom.my_page.pages import changing, communications, entering, own_link, reading
from prom.my_page.pages.blueprint import pages

__all__ = ["changing", "communications", "entering", "own_link", "pages", "reading"]

"""The patient's pages: from a link in a message, through one question at a time, to the receipt."""

from prom.responses.pages import arriving, questions, sending
from prom.responses.pages.own_link import own_link
from prom.responses.pages.visits import pages

__all__ = ["arriving", "own_link", "pages", "questions", "sending"]

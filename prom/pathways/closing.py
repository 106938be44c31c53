"""The sentence that ends a message from a number that nobody reads: do not reply, and whom to call. PURE."""

from prom.language import text


def closed(words: str, language: str, phone: str) -> str:
    """Return a message with its last sentence, in a language; `phone` is the number to call, as people read it.

    A message that names the number itself is not given it twice.
    """
    key = "message.no-reply.named" if phone in words else "message.no-reply"
    return f"{words} {text(key, language, phone=phone)}"

"""E-mail to staff over SMTP: that something waits, and nothing of what or of whom."""

import smtplib
import ssl
import uuid
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from prom.db import reading
from prom.language import text
from prom.messaging.models import Message
from prom.messaging.transport import Ambiguous, Letter, Refused, Sent
from prom.settings.queries import effective

#: Seconds for connecting, and again for each answer.
TIMEOUT = 8.0
#: The setting that holds the address which mail comes from.
SENDER = "senderMail"
#: The answers of a mail server from here on are final (RFC 5321, 4.2.1).
FINAL = 500
#: Whose mailbox it is not, or who does not exist: no later try changes that.
NO_MAILBOX = frozenset({550, 551, 553})


class Mail:
    """A mail server: `smtp://[USER:PASSWORD@]HOST[:PORT]`, with STARTTLS where it is offered, or `smtps://`.

    `connect` stands in for the network in tests.
    """

    def __init__(self, address: str, connect: Callable[[], smtplib.SMTP] | None = None) -> None:
        self._parts = urlsplit(address)
        self._connect = connect or self._connected

    def send(self, letter: Letter) -> Sent:
        """Hand a letter over; raises Refused or Ambiguous. Its first line is the subject."""
        mail = _mail(letter, _sender(letter.message_id))
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Refused(f"mail-unreachable-{type(error).__name__}", final=False) from None
        with server:
            try:
                self._introduce(server)
            except (OSError, smtplib.SMTPException) as error:
                raise Refused(_code(error), final=False) from None
            _hand_over(server, mail)
        return Sent(f"mail-{letter.message_id}")

    def find(self, letter: Letter, since: datetime) -> str | None:
        """Return None: a mail server keeps no list. The same Message-ID lets a mailbox know the second copy."""
        return None

    def _connected(self) -> smtplib.SMTP:
        host, port = self._parts.hostname or "localhost", self._parts.port
        if self._parts.scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(host, port or 25, timeout=TIMEOUT)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if self._parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self._parts.username is not None:
            server.login(unquote(self._parts.username), unquote(self._parts.password or ""))


def _hand_over(server: smtplib.SMTP, mail: EmailMessage) -> None:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise Refused(f"mail-{max(codes, default=0)}", final=bool(codes) and codes <= NO_MAILBOX) from None
    except smtplib.SMTPResponseException as error:
        raise Refused(_code(error), final=False) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Ambiguous(_code(error)) from None


def _code(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"mail-{error.smtp_code}"
    return f"mail-{type(error).__name__}"


def _mail(letter: Letter, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, letter.to
    mail["Subject"] = letter.body.partition("\n")[0]
    mail["Message-ID"] = f"<{letter.message_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail


def _sender(message_id: uuid.UUID) -> str:
    with reading() as session:
        message = session.get_one(Message, message_id)
        chosen = effective(session, SENDER, tenant_id=message.tenant_id).value
    if not chosen:
        raise Refused("mail-no-sender", final=False)
    return str(chosen)


def words(waiting: int, address: str, language: str = "nb") -> str:
    """Return a mail that tells how many alerts nobody has taken, and where they stand."""
    return text("mail.waiting", language, count=waiting, address=address)

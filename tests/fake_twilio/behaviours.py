"""All that the fake Twilio does with one create: what it keeps, what it answers, and how it calls back."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class Answer(Enum):
    """What comes back over the line."""

    OK = "ok"
    #: Nothing, until the time-out.
    NOTHING = "nothing"
    RESET = "reset"
    ERROR_500 = "500"
    BUSY_429 = "429"
    #: 201, and no id in it.
    NO_ID = "no id"
    OPTED_OUT = "21610"
    LANDLINE = "21614"
    #: The worker's process dies at this very moment.
    DEATH = "death"


@dataclass(frozen=True)
class Does:
    """One behaviour. `keeps`: whether the message is on the vendor's list, which shows it after `shown_after`."""

    name: str
    answer: Answer = Answer.OK
    keeps: bool = True
    shown_after: timedelta = timedelta(0)
    #: What becomes of a message that was kept: delivered, or the code of why not.
    fails: str | None = None
    #: The callbacks: in order, the wrong way round, each twice, or none.
    calls: str = "in order"
    #: The first callback comes before the answer does.
    early: bool = False
    #: Somebody else calls as well, without the secret; or the vendor, about a message that is not ours.
    forged: bool = False
    strays: bool = False
    #: The next time its list is asked for this number, it does not answer.
    list_hangs: bool = False


OK = Does("ok")
#: Twenty-one ways; the first eight leave nobody in doubt whether the message is there, the others do, or lie.
ALL: tuple[Does, ...] = (
    OK,
    Does("429 with Retry-After", Answer.BUSY_429, keeps=False),
    Does("opted out", Answer.OPTED_OUT, keeps=False),
    Does("landline", Answer.LANDLINE, keeps=False),
    Does("undelivered", fails="30003"),
    Does("undelivered, told the wrong way round", fails="30005", calls="backwards"),
    Does("filtered", fails="30007"),
    Does("duplicate callback", calls="twice"),
    Does("out-of-order callback", calls="backwards"),
    Does("missing callback", calls="none"),
    Does("missing callback of a failure", fails="30003", calls="none"),
    Does("forged callback", forged=True),
    Does("callback with a wrong id", strays=True),
    Does("callback before the answer", early=True),
    Does("accepted but no reply", Answer.NOTHING),
    Does("accepted but no reply, callback missing", Answer.NOTHING, calls="none"),
    Does("500 after accepting", Answer.ERROR_500),
    Does("hangs", Answer.NOTHING, keeps=False),
    Does("resets", Answer.RESET, keeps=False),
    Does("resets after accepting", Answer.RESET),
    Does("wrong id", Answer.NO_ID),
    Does("slow list", Answer.NOTHING, shown_after=timedelta(minutes=10), calls="none"),
    Does("list hangs", Answer.NOTHING, list_hangs=True, calls="none"),
    Does("worker dies before it leaves", Answer.DEATH, keeps=False),
    Does("worker dies after", Answer.DEATH),
)

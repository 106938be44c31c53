"""A few of HL7's value sets that forms refer to without holding them, so that they can be offered all the same.

From FHIR R4 (4.0.1), whose definitions are in the public domain (CC0). R4 is frozen, so these never change. They have
English words only; a form that wants others must hold its own list.
"""

from __future__ import annotations

from collections.abc import Mapping

from questionnaires.values import Coding, Texts

_R4 = "http://hl7.org/fhir/"


def _listed(system: str, words: str) -> tuple[Coding, ...]:
    pairs = (each.split("=", 1) for each in words.split("; "))
    return tuple(Coding(system, code, Texts("en", {"en": display})) for code, display in pairs)


#: Canonical address -> every code, in HL7's order.
KNOWN: Mapping[str, tuple[Coding, ...]] = {
    f"{_R4}ValueSet/administrative-gender": _listed(
        f"{_R4}administrative-gender", "male=Male; female=Female; other=Other; unknown=Unknown"
    ),
    f"{_R4}ValueSet/yesnodontknow": (
        *_listed("http://terminology.hl7.org/CodeSystem/v2-0136", "Y=Yes; N=No"),
        *_listed("http://terminology.hl7.org/CodeSystem/data-absent-reason", "asked-unknown=Don't know"),
    ),
    f"{_R4}ValueSet/name-use": _listed(
        f"{_R4}name-use",
        "usual=Usual; official=Official; temp=Temp; nickname=Nickname; anonymous=Anonymous; old=Old; "
        "maiden=Name changed for Marriage",
    ),
    f"{_R4}ValueSet/address-use": _listed(
        f"{_R4}address-use", "home=Home; work=Work; temp=Temporary; old=Old / Incorrect; billing=Billing"
    ),
    f"{_R4}ValueSet/contact-point-system": _listed(
        f"{_R4}contact-point-system",
        "phone=Phone; fax=Fax; email=Email; pager=Pager; url=URL; sms=SMS; other=Other",
    ),
    f"{_R4}ValueSet/contact-point-use": _listed(
        f"{_R4}contact-point-use", "home=Home; work=Work; temp=Temp; old=Old; mobile=Mobile"
    ),
    f"{_R4}ValueSet/observation-status": _listed(
        f"{_R4}observation-status",
        "registered=Registered; preliminary=Preliminary; final=Final; amended=Amended; corrected=Corrected; "
        "cancelled=Cancelled; entered-in-error=Entered in Error; unknown=Unknown",
    ),
    f"{_R4}ValueSet/event-status": _listed(
        f"{_R4}event-status",
        "preparation=Preparation; in-progress=In Progress; not-done=Not Done; on-hold=On Hold; stopped=Stopped; "
        "completed=Completed; entered-in-error=Entered in Error; unknown=Unknown",
    ),
}

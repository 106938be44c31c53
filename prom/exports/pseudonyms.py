"""The names under which patients and responses leave: the same in every export of a hospital, and telling nothing."""

import uuid

from prom.crypto import Hasher, as_text

#: Bytes of a hash that make a pseudonym, of 16 letters.
LENGTH = 12


class Pseudonyms:
    """Keyed hashes: without the hospital's key nobody comes from one to the person."""

    def __init__(self, tenant_id: uuid.UUID) -> None:
        self._patients = Hasher(tenant_id, "export-patient")
        self._responses = Hasher(tenant_id, "export-response")

    def patient(self, patient_id: uuid.UUID) -> str:
        """Return a patient's pseudonym."""
        return as_text(self._patients.hash(str(patient_id))[:LENGTH])

    def response(self, response_id: str) -> str:
        """Return the pseudonym of a response, whose id is given as text."""
        return as_text(self._responses.hash(response_id)[:LENGTH])

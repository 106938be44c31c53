"""The words of findings that no rule set made, read once from texts.yaml."""

from pathlib import Path

from questionnaires.definition import Texts
from questionnaires.documents import read

#: The title of a finding over a report that nothing could judge.
NOT_ASSESSED = Texts.of(read(Path(__file__).parent / "texts.yaml")["couldNotBeAssessed"])

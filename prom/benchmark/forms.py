"""What the pure core does in a second on one core: a response validated and scored, with no database and no door."""

import time
from collections.abc import Sequence
from itertools import cycle, islice

from prom import db
from prom.benchmark import answers
from prom.benchmark.taking import Taken, Ward
from prom.catalogue.queries import Instrument, instrument
from questionnaires.answers import QuestionnaireResponse
from questionnaires.exchange import from_fhir, to_fhir
from questionnaires.scoring import score
from questionnaires.validation import validate

#: Responses of a run; of the long form so many fewer.
RESPONSES, LONG_FORM_FEWER = 2000, 10


def measure(ward: Ward, taken: Taken) -> None:
    """Take the figures of `forms`: the shipped symptom check as patients answer it, and the form of 250 items."""
    hospital, long_ones = ward.hospital, RESPONSES // LONG_FORM_FEWER
    with db.reading() as session:
        symptom_check = instrument(session, hospital.symptom_check.questionnaire)
        long_form = instrument(session, hospital.long_form.questionnaire)
    for run in range(ward.size.runs):
        drawn = [each.response for each in answers.drawn(hospital.variants, RESPONSES, run)]
        taken.add("forms.symptom-check", _rate(symptom_check, drawn))
        taken.add("forms.long", _rate(long_form, list(islice(cycle([hospital.long_answers]), long_ones))))


def _rate(asked: Instrument, responses: Sequence[QuestionnaireResponse]) -> float:
    """Return how many are validated and scored in a second of CPU."""
    # Read anew: a response remembers what was once worked out of it.
    fresh = [from_fhir(to_fhir(each)) for each in responses]
    begun = time.process_time()
    for each in fresh:
        if validate(asked.questionnaire, each, complete=True):
            raise ValueError("the benchmark's own answers are not valid")
        if asked.key is not None:
            score(asked.key, asked.questionnaire, each)
    return len(fresh) / (time.process_time() - begun)

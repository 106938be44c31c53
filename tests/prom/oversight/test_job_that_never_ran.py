"""A job that the worker never began leaves nothing behind that could grow old, and is missed all the same."""

from flask.testing import FlaskClient

from prom import jobs
from prom.config import Settings
from prom.oversight import watch


def test_a_job_that_never_ran_beside_others_that_did_turns_the_watch_red(
    client: FlaskClient, settings: Settings
) -> None:
    jobs.run_once(settings, [job for job in jobs.JOBS if job.name != "act on overdue alerts"])
    answer = client.get("/health/watch")
    assert answer.status_code == 503
    assert [check["name"] for check in answer.get_json()["checks"] if not check["well"]] == [
        "job act on overdue alerts"
    ]


def test_the_watch_knows_every_job_of_the_worker() -> None:
    assert {job.name for job in jobs.JOBS} == watch.JOBS

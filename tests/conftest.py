"""What the tests share: a migrated database of either kind, a small hospital, a client, a real server, a browser."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from prom import clock, config, create_app, crypto, db, logs, schema
from prom.assignments.service import plan_episode
from prom.audit.service import SYSTEM, Actor
from prom.catalogue.service import take_in_shipped
from prom.clients import service as clients
from prom.config import Settings
from prom.pathways.definition import Pathway
from prom.pathways.models import Episode
from prom.pathways.queries import offered
from prom.pathways.service import Clinical, publish_pathway, start_episode
from prom.patients.models import Patient
from prom.patients.service import Registration, register
from prom.staff.models import Clinician, Tenant, Unit
from prom.staff.service import add_clinician, create_tenant, create_unit
from tests import databases

PASSWORD = "correct horse battery"
#: Everybody by user name and role; the other nurse works at the other unit.
STAFF = {
    "nurse": "nurse",
    "other-nurse": "nurse",
    "physician": "physician",
    "quality": "quality",
    "administrator": "administrator",
}
#: A Monday morning in winter, 09:30 in Oslo, on which the demo questionnaire has just opened.
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
#: The plainest of what is shipped: one weekly item. Later versions ask more, and at more times.
SMALL_PATHWAY = "urn:prom:pathway:systemic-treatment|1.0.0"

#: The hospital is made once and copied, so its keys have to be those of every copy.
MASTER_KEY = "0123456789abcdef" * 4

#: Every test hashes passwords; none needs them to be slow.
crypto._passwords = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run's shared folder, in the first process only."""
    if not hasattr(config, "workerinput"):
        databases.begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's server and remove its folder."""
    if not hasattr(config, "workerinput"):
        databases.end_run()


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Let no test leave the clock moved, or the log silent as a simulation wants it."""
    yield
    clock.move_to(None)
    logs.configure()


@pytest.fixture
def settings(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings for a migrated database of this run: fresh, or with the hospital where that is asked for."""
    if "hospital" in request.fixturenames:
        addresses = databases.new_database(_make_hospital, tmp_path, "hospital")
    else:
        addresses = databases.new_database(_migrate, tmp_path)
    given = _settings(tmp_path, addresses.owner, addresses.application)
    given.key_file.parent.mkdir(mode=0o700)
    given.key_file.touch(mode=0o600)
    given.key_file.write_text(MASTER_KEY)
    yield given
    db.dispose()
    databases.remove_database(addresses)


def _settings(home: Path, owner: str, application: str, **more: str) -> Settings:
    return config.from_environment(
        {
            "PROM_HOME": str(home),
            "PROM_DATABASE_URL": application,
            "PROM_OWNER_DATABASE_URL": owner,
            **more,
        }
    )


def _migrate(owner: str, application: str) -> None:
    home = Path(databases.__file__).parent  # nothing is written there: the master key is given
    schema.upgrade(_settings(home, owner, application, PROM_MASTER_KEY=MASTER_KEY))


@pytest.fixture
def database(settings: Settings) -> Settings:
    """An open installation without rows: connected, keys loaded."""
    schema.open_installation(settings)
    return settings


@dataclass(frozen=True)
class Hospital:
    """A small synthetic hospital: staff at a unit, and one patient on the published pathway since last week."""

    tenant: Tenant
    unit: Unit
    other_unit: Unit
    nurse: Clinician
    other_nurse: Clinician
    physician: Clinician
    quality: Clinician
    administrator: Clinician
    pathway: Pathway
    patient: Patient
    episode: Episode

    @property
    def nurse_actor(self) -> Actor:
        """The nurse as services know her."""
        return Actor("clinician", self.nurse.id, "nurse")


REGISTRATION = Registration(
    given="Testine",
    family="Syntetisk",
    national_number="10915596784",
    birth_date=date(1955, 11, 10),
    mobile="+4790000001",
    language="nb",
)
CLINICAL = Clinical(diagnosis="C50.9", intent="adjuvant", regimen="EC90", line=1, pathway_code="A01")


@pytest.fixture
def hospital(database: Settings) -> Hospital:
    """The hospital, made through the real services. The clock stands at MONDAY until the test moves it."""
    clock.move_to(MONDAY)
    with db.reading() as session:
        units = {unit.name: unit for unit in session.scalars(select(Unit))}
        people = {each.username.replace("-", "_"): each for each in session.scalars(select(Clinician))}
        found = Hospital(
            tenant=session.scalars(select(Tenant)).one(),
            unit=units["Poliklinikk A"],
            other_unit=units["Poliklinikk B"],
            pathway=offered(session)[0],
            patient=session.scalars(select(Patient)).one(),
            episode=session.scalars(select(Episode)).one(),
            **people,
        )
        session.expunge_all()
    return found


def _make_hospital(owner: str, application: str) -> None:
    _migrate(owner, application)
    home = Path(databases.__file__).parent
    schema.open_installation(_settings(home, owner, application, PROM_MASTER_KEY=MASTER_KEY))
    with clock.moved_to(MONDAY), db.transaction() as session:
        take_in_shipped(session)
        tenant = create_tenant(session, "Syntetisk sykehus")
        unit = create_unit(session, tenant, "Poliklinikk A", phone="+4722000001", on_call_phone="+4790000091")
        other = create_unit(session, tenant, "Poliklinikk B", phone="+4722000002", on_call_phone="+4790000092")
        staff = [
            _add(session, tenant, username, role, other if username == "other-nurse" else unit)
            for username, role in STAFF.items()
        ]
        publish_pathway(session, SMALL_PATHWAY, "physician")
        actor = Actor("clinician", staff[0].id, "nurse")
        patient = register(session, tenant.id, REGISTRATION, actor)
        episode = start_episode(session, patient, unit, offered(session)[0], date(2026, 10, 26), CLINICAL, actor)
        plan_episode(session, episode)
    db.dispose()


def _add(session: Session, tenant: Tenant, username: str, role: str, unit: Unit) -> Clinician:
    return add_clinician(
        session,
        tenant,
        username=username,
        display_name=f"{username} (test)",
        role=role,
        password=PASSWORD,
        units=[unit],
    )


@pytest.fixture
def client(hospital: Hospital, database: Settings) -> FlaskClient:
    """A browser without a screen, on the hospital; forms are accepted without their CSRF field."""
    app = create_app(database)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


SignIn = Callable[[FlaskClient, str], None]


@pytest.fixture
def sign_in() -> SignIn:
    """Sign a client in by user name."""

    def do(client: FlaskClient, username: str) -> None:
        answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 303

    return do


@pytest.fixture
def live_server(hospital: Hospital, database: Settings) -> Iterator[str]:
    """The address of a real server with threads, over the hospital's database, with CSRF and all."""
    server = make_server("127.0.0.1", 0, _Later(), threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    server.app = create_app(replace(database, public_address=address, demo=True))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    server.server_close()


class _Later:
    """Stands in until the port, and with it the public address, is known."""

    def __call__(self, *_: object) -> list[bytes]:
        return []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole process; PROM_TEST_CHROMIUM says where it is."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=os.environ.get("PROM_TEST_CHROMIUM") or "/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield launched
        launched.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Open a page of its own context: `open_page(width=390, height=844)`. A fault in the console fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def do(width: int = 390, height: int = 844, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="nb-NO", **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        return page

    yield do
    for context in contexts:
        context.close()
    assert faults == []


Machine = Callable[..., dict[str, str]]


@pytest.fixture
def machine(hospital: Hospital) -> Machine:
    """Register a client of the hospital: `machine("system/Task.rs")` returns the headers that it sends."""

    def do(*scopes: str, units: Sequence[Unit] = (), days: int = 30) -> dict[str, str]:
        with db.transaction() as session:
            _, token = clients.add(
                session,
                hospital.tenant.id,
                name=f"machine {db.new_id()}",
                scopes=" ".join(scopes).split(),
                units=units,
                expires_at=clock.now() + timedelta(days=days),
                actor=SYSTEM,
            )
        return {"Authorization": f"Bearer {token}"}

    return do

"""A connection that the server has ended, as by its restart, is replaced before anybody gets it."""

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from prom import db
from prom.config import Settings
from tests import databases

if databases.KIND == "postgresql":

    def test_nobody_notices_that_the_server_has_ended_the_pools_connections(database: Settings) -> None:
        address = make_url(database.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        for _ in range(3):
            with db.transaction() as session:
                process = session.scalar(text("SELECT pg_backend_pid()"))
            with psycopg.connect(address, autocommit=True) as other:
                ended = other.execute("SELECT pg_terminate_backend(%s, 5000)", (process,)).fetchone()
            assert ended == (True,)
            with db.transaction() as session:
                assert session.scalar(text("SELECT pg_backend_pid()")) not in (None, process)

"""How many examples a property is tried on: PROM_TEST_SIZE of the pure ones, fewer of those that need a database."""

import os

from hypothesis import HealthCheck, settings

SIZE = int(os.environ.get("PROM_TEST_SIZE", "50"))

sized = settings(max_examples=SIZE, deadline=None)
#: Each example of these writes rows; the database lives as long as the test.
sized_with_database = settings(
    max_examples=max(SIZE // 10, 5), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

"""docs/examples/machine-journey.sh, as an operator runs it: curl against a real server, and `prom` beside it."""

import os
import subprocess
import sys
import time
from pathlib import Path

from prom import clock
from prom.config import Settings
from tests.conftest import Hospital
from tests.prom.steps import ask, later

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "examples" / "machine-journey.sh"
#: The `prom` command in the server's time: what it registers must not have ended there, whatever day it is here.
PROM = f"""#!{sys.executable}
from datetime import datetime
from prom import clock
from prom.cli import main
clock.move_to(datetime.fromisoformat("%s"))
main()
"""


def test_the_machine_journey_script(hospital: Hospital, database: Settings, live_server: str, tmp_path: Path) -> None:
    """It ends well, and has said each of its steps; the server's time goes on while it runs."""
    ask(database)
    command = tmp_path / "prom"
    command.write_text(PROM % clock.now().isoformat())
    command.chmod(0o755)
    environment = {
        **os.environ,
        "PROM": live_server,
        "PROM_COMMAND": str(command),
        "PROM_HOME": str(database.home),
        "PROM_DATABASE_URL": database.database_url,
        "PYTHONPATH": str(ROOT),
    }
    said = tmp_path / "said"
    with said.open("wb") as file, subprocess.Popen([SCRIPT], env=environment, stdout=file, stderr=file) as running:
        ends = time.monotonic() + 120
        while running.poll() is None and time.monotonic() < ends:
            time.sleep(0.1)
            later(seconds=0.1)
        running.kill()
    assert running.returncode == 0, said.read_text()
    assert said.read_text().endswith("The whole journey, as it should be.\n")

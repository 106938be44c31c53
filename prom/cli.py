"""The `prom` command: all that an operator does at the shell."""

import click

from prom import logs
from prom.commands import (
    authoring,
    backups,
    benchmark,
    clients,
    database,
    demo,
    doctor,
    exports,
    hospital,
    keys,
    outbox,
    pathways,
    patients,
    rehearsing,
    roster,
    scores,
    serving,
    simulating,
    taking_in,
    validating,
)
from prom.commands.speaking import RefusingGroup
from prom.commands.worklist import show_worklist


@click.group(cls=RefusingGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Prom: patient-reported outcomes in cancer care.

    Settings come from the environment; docs/operations.md lists them. Every command has a --help.
    """
    logs.configure()


for command in (
    serving.serve,
    serving.work,
    database.database,
    demo.demo,
    doctor.doctor,
    backups.backup,
    backups.restore,
    keys.keys,
    # One group, to which both modules add commands.
    authoring.questionnaire,
    validating.questionnaire,
    pathways.pathway,
    taking_in.rules,
    rehearsing.rules,
    scores.score,
    hospital.unit,
    hospital.staff,
    roster.roster,
    clients.client,
    patients.patient,
    show_worklist,
    outbox.outbox,
    exports.export,
    benchmark.bench,
    simulating.simulate,
):
    main.add_command(command)

if __name__ == "__main__":
    main()

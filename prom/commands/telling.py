"""Telling what a pathway's messages take and what is worth a look, whenever one is checked, taken in or published."""

import click

from prom import config
from prom.pathways.checks import link_length, problems, sms_of
from prom.pathways.definition import Pathway
from prom.pathways.problems import PathwayProblem


def link_here() -> int:
    """Return how long the links of this installation are: its address stands in the environment."""
    return link_length(config.from_environment().public_address)


def tell(pathway: Pathway) -> None:
    """Write the SMS of every message, and every warning, on standard error; errors are refused elsewhere."""
    link = link_here()
    for line in counts(pathway, link):
        click.echo(line, err=True)
    for problem in problems(pathway, None, link):
        click.echo(in_a_line(problem), err=True)


def counts(pathway: Pathway, link: int) -> list[str]:
    """Return a line for each message in each language: how many SMS, how many letters of how many, and why."""
    return [f"SMS: {each.text}" for each in sms_of(pathway, link)]


def in_a_line(problem: PathwayProblem) -> str:
    """Return a problem with its weight before it."""
    return f"{'Warning' if problem.severity == 'warning' else 'Error'}: {problem.text}"

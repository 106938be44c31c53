"""The pages of rule sets: the list, what one would have raised over the stored history, and a physician's signature."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from alerts.problems import RuleError
from alerts.rules import RuleSet
from prom import clock
from prom.audit import service as audit
from prom.authoring.pages.blueprint import ZONE, pages, signer
from prom.authoring.rules import RuleLine, rule_lines, rule_version
from prom.catalogue.service import publish as publish_definition
from prom.db import reading, transaction
from prom.errors import Conflict, Invalid, NotSafe
from prom.rehearsal.past import Asked
from prom.rehearsal.plotting import plot
from prom.rehearsal.service import Backtest, backtest
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission, Role

#: So many stays are judged while somebody waits for a page; `prom rules backtest` judges all.
MOST_STAYS = 300
#: What is looked at where nobody says since when.
USUAL = timedelta(weeks=12)


@pages.get("/rules")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_rules() -> str:
    """Show every version of every rule set with its status and signatures."""
    with reading() as session:
        return render_template("authoring/rules.html", lines=rule_lines(session, _physician()))


@pages.get("/rules/<uuid:definition_id>")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_rule_set(definition_id: uuid.UUID) -> str:
    """Show one version; with `since` also what it would have raised from that day on, at her own units."""
    with reading() as session:
        line = rule_version(session, definition_id, _physician())
    since, wrong = _since()
    asked_for = "since" in request.args and not wrong and _may_read()
    made = _rehearsed(line.rules, since) if asked_for and line.rules is not None else None
    return _page(line, since, made, wrong=wrong)


@pages.post("/rules/<uuid:definition_id>/publish")
@requires(Permission.PUBLISH_QUESTIONNAIRE)
def publish_rule_set(definition_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    """Put her name, a physician's, under a version that another has put forward; what stands in the way is shown."""
    who = signed_in()
    try:
        with transaction() as session:
            line = rule_version(session, definition_id, None)
            publish_definition(session, line.row, _physician() or "")
            audit.record(
                session,
                who.actor,
                "definition.publish",
                tenant_id=who.tenant_id,
                entity="definition",
                entity_id=definition_id,
            )
    except (RuleError, NotSafe, Invalid, Conflict) as refused:
        with reading() as session:
            line = rule_version(session, definition_id, _physician())
        return _page(line, _since()[0], None, refused=refused), 422
    return redirect(url_for("authoring.show_rules"), code=303)


def _page(line: RuleLine, since: date, made: Backtest | None, **more: object) -> str:
    return render_template(
        "authoring/rule_set.html",
        line=line,
        since=since,
        made=made,
        plot=plot(made.compared) if made is not None else (),
        may_read=_may_read(),
        most=MOST_STAYS,
        **more,
    )


def _rehearsed(rules: RuleSet, since: date) -> Backtest:
    who = signed_in()
    begin = datetime.combine(since, time(), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    until = clock.now() + timedelta(seconds=1)
    asked = Asked(rules.questionnaire, who.tenant_id, begin, until, sorted(who.unit_ids))
    return backtest(rules, asked, who.actor, most=MOST_STAYS)


def _since() -> tuple[date, bool]:
    """The day that the address names, and whether it is no day that has come; without one, twelve weeks ago."""
    today = clock.now().astimezone(ZoneInfo(ZONE)).date()
    try:
        day = date.fromisoformat(request.args.get("since", (today - USUAL).isoformat()))
    except ValueError:
        return today - USUAL, True
    return day, day > today


def _physician() -> str | None:
    """The user name of whoever is signed in, where she is a physician: nobody else signs rules."""
    if signed_in().role is not Role.PHYSICIAN:
        return None
    with reading() as session:
        return signer(session)


def _may_read() -> bool:
    """Whether she may see what was answered, in numbers."""
    who = signed_in()
    return who.may(Permission.READ_RESPONSE) or who.may(Permission.EXPORT_ANSWERS)

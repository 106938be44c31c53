"""The list of all versions, what differs between two of them, what is to be mended, paper, and a second signature."""

import uuid

from flask import g, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from prom.audit import service as audit
from prom.authoring.overview import compared, lines, opened_version, version
from prom.authoring.pages.blueprint import chosen_language, pages, signer
from prom.authoring.paper import on_paper, steps_of
from prom.catalogue.service import publish_questionnaire
from prom.db import reading, transaction
from prom.errors import Invalid, NotSafe, PublishedAlready
from prom.responses import forms, wording
from prom.staff.access import requires, signed_in
from prom.staff.permissions import Permission
from questionnaires.problems import QuestionnaireError


@pages.get("/questionnaires")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_list() -> str:
    """Show every version with its status, its signatures and what is to be mended."""
    with reading() as session:
        return render_template("authoring/list.html", lines=lines(session, signer(session)))


@pages.get("/questionnaires/<uuid:definition_id>/mend")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_mending(definition_id: uuid.UUID) -> str:
    """Show what is to be mended, and what is missing in each language."""
    with reading() as session:
        return render_template("authoring/mend.html", opened=opened_version(session, definition_id))


@pages.get("/questionnaires/<uuid:definition_id>/changes/<uuid:earlier_id>")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_changes(definition_id: uuid.UUID, earlier_id: uuid.UUID) -> str:
    """Show what differs from another version, wording apart from meaning."""
    with reading() as session:
        before, after = version(session, earlier_id), version(session, definition_id)
        changes = compared(session, before, after)
        return render_template("authoring/changes.html", before=before, after=after, changes=changes)


@pages.get("/questionnaires/<uuid:definition_id>/print")
@requires(Permission.AUTHOR_QUESTIONNAIRE)
def show_paper(definition_id: uuid.UUID) -> str:
    """Show a version as it is printed, the whole page in the chosen language."""
    with reading() as session:
        opened = opened_version(session, definition_id)
        g.language = chosen_language(opened)
        questionnaire = opened.instrument.questionnaire
        return render_template(
            "authoring/paper.html",
            row=opened.row,
            questionnaire=questionnaire,
            languages=opened.languages,
            chosen=g.language,
            printed=on_paper(questionnaire, g.language),
            forms=forms,
            steps_of=steps_of,
            unit_words=lambda item: wording.unit(item.unit, g.language),
        )


@pages.post("/questionnaires/<uuid:definition_id>/publish")
@requires(Permission.PUBLISH_QUESTIONNAIRE)
def publish(definition_id: uuid.UUID) -> AnyResponse | tuple[str, int]:
    """Put her name under a version that another has put forward; what stands in the way is shown."""
    who = signed_in()
    try:
        with transaction() as session:
            row = version(session, definition_id)
            for part in publish_questionnaire(session, f"{row.url}|{row.version}", signer(session) or ""):
                audit.record(
                    session,
                    who.actor,
                    "definition.publish",
                    tenant_id=who.tenant_id,
                    entity="definition",
                    entity_id=part.id,
                )
    except (NotSafe, PublishedAlready, QuestionnaireError, Invalid) as refused:
        with reading() as session:
            row = version(session, definition_id)
            return render_template("authoring/refused.html", row=row, refused=refused), 422
    return redirect(url_for("authoring.show_list"), code=303)

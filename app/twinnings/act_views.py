# SPDX-License-Identifier: AGPL-3.0-or-later
"""Draft acts filled with the data of a twinning: letter of intent, agreement, resolution; always marked as drafts."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import force_locale

from app.access import Action, Role
from app.accounts import queries as people
from app.conversion.export import Format, as_words, text_to_office
from app.document.dates import day_of
from app.errors import NotFound
from app.needs import queries as needs
from app.needs.answers import preconditions
from app.text.acts import find_acts
from app.text.bodies import ending, named
from app.text.elision import elided
from app.twinnings import queries
from app.twinnings.models import Milestone, Twinning
from app.twinnings.rules import State
from app.twinnings.views import PATH, found, now
from app.web.formats import day
from app.web.gate import permits
from app.web.languages import DEFAULT, LOCALES, address_in
from app.web.unit import session

acts = Blueprint("acts", __name__, template_folder="templates")

NAMES = ("lettera", "accordo", "deliberazione")
MIMES = {
    "md": "text/markdown",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
#: What stands where nobody of a body is known.
NOBODY_KNOWN = "________"
#: What somebody is for their body, where it is not written what they do in the twinning.
OFFICES = {Role.REFERENT: "referente dell'ente", Role.OFFICIAL: "funzionario/a dell'ente"}
ONE_NAME, ONE_FORM = (f"any({', '.join(repr(name) for name in names)})" for names in (NAMES, MIMES))


@acts.get(f"{PATH}/atti/<{ONE_NAME}:name>.<{ONE_FORM}:form>")
@permits(Action.WORK_ON_TWINNING)
def draft(number: int, slug: str, name: str, form: str) -> Response:
    twinning = found(number, Action.WORK_ON_TWINNING)
    if twinning.state != State.RUNNING:
        raise NotFound(number)
    # An act is Italian whatever language its reader reads the site in.
    with force_locale(LOCALES[DEFAULT]):
        text = elided(render_template(f"acts/{name}.md", **_data(twinning)))
    kind: Format = "odt" if form == "odt" else "docx"
    body = text.encode() if form == "md" else text_to_office(text, kind, twinning.title, now())
    answer = Response(body, mimetype=MIMES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="bozza-{name}-{number}.{form}"'
    return answer


def _named(name: str, preposition: str = "") -> str:
    """A body as the drafts name it, which are Italian in every language and have straight apostrophes."""
    return named(name, preposition).replace("’", "'")


def _listed(names: Sequence[str]) -> str:
    return " e ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _referents(twinning: Twinning) -> dict[str, str]:
    """The people of each body by its name, with what they do: those who still work for it."""
    there, found = people.active(session(), [tie.person_id for tie in twinning.people]), dict[str, list[str]]()
    bodies = {tie.city_id: tie.city for tie in twinning.parties}
    for tie in twinning.people:
        body, person = bodies.get(tie.city_id), there.get(tie.person_id)
        held = [role for role in OFFICES if body and person and body.slug in person.actor.of(role)]
        if body is not None and person is not None and held:
            found.setdefault(body.name, []).append(as_words(f"{person.name} ({tie.task or OFFICES[held[0]]})"))
    return {name: ", ".join(known) for name, known in found.items()}


def _data(twinning: Twinning) -> dict[str, Any]:
    """What the drafts are filled with; what the site does not know stays a gap in the text."""
    solution = twinning.solution
    need = needs.need(session(), twinning.need_id) if twinning.need_id else None
    front, bodies = solution.front, [city.name for city in twinning.receivers]
    giver = twinning.giver.name if twinning.giver else "[...]"
    legal = front.get("legal_basis")
    stated = [str(act) for act in legal] if isinstance(legal, list) else []
    return {
        "demonstration": twinning.demonstration,
        "title": as_words(solution.title),
        "words": as_words,
        "giver": giver,
        "bodies": bodies,
        "referents": dict.fromkeys((giver, *bodies), NOBODY_KNOWN) | _referents(twinning),
        "the": _named,
        "ending": ending,
        "receivers": _listed(bodies),
        "the_receivers": _listed([_named(name) for name in bodies]),
        "from_receivers": _listed([_named(name, "da") for name in bodies]),
        "many": len(bodies) > 1,
        "address": address_in(DEFAULT, f"/soluzioni/{solution.slug}"),
        "need": as_words(need.title) if need else "",
        "licence": as_words(str(front.get("licence") or "CC-BY-4.0")),
        "began": day(twinning.began_at),
        "kit": [as_words(piece.title) for piece in queries.kit(session(), twinning.id)],
        "preconditions": [as_words(item) for item in preconditions(front)],
        "acts": "; ".join(as_words(act) for act in stated if not _is_regional(act)),
        "regional": "; ".join(as_words(act) for act in stated if _is_regional(act)),
        # What was done binds nobody any more.
        "milestones": sorted(
            (item for item in twinning.milestones if item.done_at is None),
            key=lambda item: (item.due_on, item.position),
        ),
        "due": _due,
    }


def _due(milestone: Milestone | None) -> str:
    """The day of a milestone; a gap for one that has passed, and where there is none."""
    return day(milestone.due_on) if milestone is not None and milestone.due_on >= day_of(now()) else "[...]"


def _is_regional(act: str) -> bool:
    """Whether an act holds in one region: the giver's, which need not be the receiver's."""
    return any(citation.reference.kind == "legge-regionale" for citation in find_acts(act))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Matching rounds: the list, a round with its fairness line, its preview and publication."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.access import Action
from app.accounts import queries as people
from app.cities import queries as registers
from app.document.dates import day_of, today
from app.errors import Conflict, Invalid, NotFound
from app.journal import queries as journal
from app.needs import assigning, board, candidates, exchanges, proposal_queries, queries, round_queries, rounds
from app.needs.match_views import answer_days
from app.needs.models import MatchingRound
from app.needs.rules import State
from app.needs.views import deed, engine, now, refusal
from app.solutions import queries as library
from app.text.typed import number_in
from app.web import gate
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import site_root
from app.web.unit import session, work

round_pages = Blueprint("rounds", __name__, template_folder="templates")

#: Requests with a proposal, and without, on one page of a round.
PER_PAGE = 100
COLUMNS = (
    "id", "name", "published_on", "weights", "requests", "served", "worst", "low", "proposed", "proposed_names",
    "never_proposed", "never_proposed_names", "demonstration", "url",
)  # fmt: skip
PATH = "/abbinamenti/<int(max=1000000000):number>"


@round_pages.get("/abbinamenti")
@permits(Action.READ_PUBLIC)
def index() -> Response:
    return _index()


def _index(problems: Mapping[str, str] | None = None) -> Response:
    running = gate.may(Action.RUN_ROUND)
    answer = make_response(
        render_template(
            "needs/rounds.html",
            rounds=round_queries.rounds(session(), published_only=not running),
            running=running,
            waiting=queries.many_in_round(session(), today()) if running else 0,
            problems=problems or {},
        )
    )
    answer.status_code = 422 if problems else 200
    answer.cache_control.no_store = True
    return answer


@round_pages.post("/abbinamenti")
@permits(Action.RUN_ROUND)
def preview() -> Response:
    found = assigning.at_once(session(), engine(), now())
    try:
        with work() as writing:
            made = rounds.preview(writing, request.form.get("name", "").strip(), found, deed())
    except Invalid as wrong:
        return _index(wrong.problems)
    return make_response(redirect(url_for("rounds.show", number=made.id), 303))


@round_pages.get("/abbinamenti.json")
@permits(Action.READ_PUBLIC)
def as_json() -> Response:
    return json_answer({"rounds": _rows()})


@round_pages.get("/abbinamenti.csv")
@permits(Action.READ_PUBLIC)
def as_csv() -> Response:
    return csv_answer(_rows(), COLUMNS, "abbinamenti")


def _rows() -> list[dict[str, Any]]:
    """The published rounds, each with the line that tells how evenly it served."""
    rows, names = [], {body.slug: body.short_name for body in registers.all_bodies(session())}
    for item in round_queries.rounds(session(), published_only=True):
        fair = item.fairness or {}
        proposed, never = [slug for slug, many in fair.get("per_city", ()) if many], list(fair.get("never", ()))
        rows.append(
            {
                "id": item.id,
                "name": item.name,
                "published_on": day_of(item.published_at).isoformat() if item.published_at else "",
                "weights": item.weights_version,
                **{name: fair.get(name) for name in ("requests", "served", "worst", "low")},
                "proposed": proposed,
                "proposed_names": [names.get(slug, slug) for slug in proposed],
                "never_proposed": never,
                "never_proposed_names": [names.get(slug, slug) for slug in never],
                "demonstration": item.demonstration,
                "url": site_root() + url_for("rounds.show", number=item.id),
            }
        )
    return rows


def _found(number: int) -> MatchingRound:
    found = round_queries.round_(session(), number)
    if found is None or (found.state != "published" and not gate.may(Action.RUN_ROUND)):
        raise NotFound(number)
    return found


def title_of(number: int) -> tuple[str, str]:
    """The name of a round this person may see, and its language. Raises ``NotFound``."""
    return _found(number).name, "it"


@round_pages.get(PATH)
@permits(Action.READ_PUBLIC)
def show(number: int) -> Response:
    return _shown(number)


def _shown(number: int, status: int = 200, **said: Any) -> Response:
    """The page of a round; of a preview that was thrown away the list, which says so to those who could see it."""
    try:
        found = _found(number)
    except NotFound:
        rows = journal.of_thing(session(), "round", str(number)) if gate.may(Action.RUN_ROUND) else ()
        if not any(row.action == "round-discarded" for row in rows):
            raise
        flash("round_was_discarded")
        return make_response(redirect(url_for("rounds.index"), 303))
    return _page(found, status, **said)


def _page(found: MatchingRound, status: int = 200, **said: Any) -> Response:
    """``said``: `problem`, `problems` of the floor, `same` once computed again."""
    ready = found.state in {"preview", "published"}
    around = _around(found) if ready else {}
    told = {"problem": "", "problems": {}, "same": None, **said}
    running = gate.may(Action.RUN_ROUND)
    answer = make_response(
        render_template("needs/round.html", round=found, running=running, ready=ready, **around, **told)
    )
    answer.status_code = status
    answer.cache_control.no_store = True
    return answer


def _on_trial(found: MatchingRound) -> dict[str, Any]:
    """Of a preview: who is asked, who of them has nobody in Twin Metro, so that the question goes to the coordination;
    and what has changed since it was computed.
    """
    if found.state != "preview":
        return {}
    asked = [(slug, many) for slug, many in found.result["fairness"]["per_city"] if many]
    there = people.staffed(session(), [slug for slug, _ in asked])
    in_force = candidates.weights_in_force(session()).version
    return {
        "answering": [item for item in asked if item[0] in there],
        "absent": [slug for slug, _ in asked if slug not in there],
        "since": assigning.since(session(), found, now()),
        "superseded": in_force if in_force != found.weights_version else "",
    }


def _around(found: MatchingRound) -> dict[str, Any]:
    """One page of the requests of a round, those with a proposal and those without, and the names in it."""
    served = list(dict.fromkeys(item[0] for item in found.result["assigned"]))
    number = max(1, number_in(request.args, "pagina"))
    begin, end = (number - 1) * PER_PAGE, number * PER_PAGE
    shown, waiting = frozenset(served[begin:end]), found.result["unserved"][begin:end]
    chains = found.result["chains"] if gate.may(Action.RUN_ROUND) else []
    asked = {*shown, *(item[0] for item in waiting), *(arc[0] for one in chains for arc in one["arcs"])}
    needs = queries.needs_by_id(session(), map(int, asked))
    seen = [need for need in needs if gate.may(Action.READ_NEED, need.thing)]
    slugs = {item[2] for item in found.result["assigned"]} | set(found.input["givers"])
    slugs |= {arc[2] for one in chains for arc in one["arcs"]}
    assigned = [item for item in found.result["assigned"] if item[0] in shown]
    total = -(-max(len(served), len(found.result["unserved"])) // PER_PAGE)
    return {
        "rows": {str(row.id): row for row in board.rows(session(), seen, gate.actor(), now())},
        "withdrawn": {str(need.id) for need in needs if need.state == State.WITHDRAWN},
        "names": {slug: city.short_name for slug, city in registers.by_slugs(session(), sorted(slugs)).items()},
        **_on_trial(found),
        "assigned": assigned,
        # A preview is of now, and read by who reads every sheet.
        "unreadable": _unreadable({item[1] for item in assigned}) if found.state == "published" else set(),
        "unserved": waiting,
        "proposed": chains and proposal_queries.of_exchanges(session(), found.id),
        "number": number,
        "total": total,
        "pages": [(page, url_for("rounds.show", number=found.id, pagina=page)) for page in range(1, total + 1)],
        "least": assigning.FLOOR,
    }


def _unreadable(slugs: Iterable[str]) -> set[str]:
    """Solutions that became narrower since the round, of which this person does not read the sheet any more."""
    few = library.for_few(session(), slugs)
    return {solution.slug for solution in few if not gate.may(Action.READ_SOLUTION, solution.thing)}


@round_pages.get(f"{PATH}/dati.json")
@permits(Action.RUN_ROUND)
def stored(number: int) -> Response:
    found = _found(number)
    return json_answer({"input": found.input, "result": found.result, "weights": found.weights_version})


@round_pages.post(f"{PATH}/ricalcola")
@permits(Action.RUN_ROUND)
def again(number: int) -> Response:
    found = _found(number)
    if not found.input.get("round"):
        return _page(found)
    same, _ = assigning.again(found)
    return _page(found, same=same)


@round_pages.post(f"{PATH}/soglia")
@permits(Action.RUN_ROUND)
def set_floor(number: int) -> Response:
    floor = number_in(request.form, "floor")
    try:
        looked_at = rounds.on_trial(round_queries.round_(session(), number))
        found = assigning.under_floor(session(), engine(), looked_at, floor, now())
        with work() as writing:
            rounds.set_floor(writing, looked_at, found, deed())
    except (Invalid, Conflict, NotFound) as refused:
        return _refused(number, refused)
    return make_response(redirect(url_for("rounds.show", number=number), 303))


@round_pages.post(f"{PATH}/aggiorna")
@permits(Action.RUN_ROUND)
def renew(number: int) -> Response:
    try:
        looked_at = rounds.on_trial(round_queries.round_(session(), number))
        found = assigning.at_once(session(), engine(), now(), rounds.floor_of(looked_at))
        with work() as writing:
            rounds.renew(writing, looked_at, found, deed())
    except (Conflict, NotFound) as late:
        return _refused(number, late)
    return make_response(redirect(url_for("rounds.show", number=number), 303))


def _refused(number: int, why: Invalid | Conflict | NotFound) -> Response:
    """The round as it is now, and why nothing was done."""
    status, problem, problems = refusal(why)
    return _shown(number, status, problem=problem, problems=problems)


@round_pages.post(f"{PATH}/scambi/<int(max=1000000000):place>")
@permits(Action.RUN_ROUND)
def exchange(number: int, place: int) -> Response:
    try:
        with work() as writing:
            exchanges.propose(writing, number, place, answer_days(), deed())
    except Conflict as late:
        return _refused(number, late)
    flash("exchange_proposed")
    return make_response(redirect(url_for("rounds.show", number=number, _anchor="scambi"), 303))


@round_pages.post(f"{PATH}/scambi/<int(max=1000000000):place>/ritira")
@permits(Action.RUN_ROUND)
def withdraw_exchange(number: int, place: int) -> Response:
    try:
        with work() as writing:
            exchanges.withdraw(writing, number, place, deed())
    except Conflict as late:
        return _refused(number, late)
    flash("exchange_withdrawn")
    return make_response(redirect(url_for("rounds.show", number=number, _anchor="scambi"), 303))


@round_pages.post(f"{PATH}/pubblica")
@permits(Action.RUN_ROUND)
def publish(number: int) -> Response:
    if not request.form.get("confirmed"):
        return _refused(number, Invalid({"confirmed": "required"}))
    try:
        with work() as writing:
            rounds.publish(writing, number, answer_days(), deed(), number_in(request.form, "revision"))
    except (Conflict, NotFound) as late:
        return _refused(number, late)
    flash("round_published")
    return make_response(redirect(url_for("rounds.show", number=number), 303))


@round_pages.post(f"{PATH}/scarta")
@permits(Action.RUN_ROUND)
def discard(number: int) -> Response:
    try:
        with work() as writing:
            rounds.discard(writing, number, deed())
    except (Conflict, NotFound) as late:
        return _refused(number, late)
    flash("round_discarded")
    return make_response(redirect(url_for("rounds.index"), 303))

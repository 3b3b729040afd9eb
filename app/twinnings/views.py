# SPDX-License-Identifier: AGPL-3.0-or-later
"""Twinnings: the list, the page of one, its calendar, its certificate."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, get_template_attribute, render_template, request, url_for

from app.access import Action
from app.document.compare import Change, compare
from app.document.dates import day_of
from app.document.model import Document
from app.document.schema import FIELDS, RESULTS_SECTION, VARIANT_SECTION
from app.errors import NotFound
from app.journal import queries as journal
from app.needs import queries as needs
from app.needs.models import Need
from app.needs.views import engine
from app.review import queries as reviews
from app.search.forms import page_number
from app.search.listing import around, part
from app.solutions import queries as library
from app.solutions.models import Solution, SolutionRevision
from app.solutions.said_views import AS_SAID
from app.twinnings import queries, rules, sheet
from app.twinnings.calendar import Step, calendar
from app.twinnings.forms import NOT_REFUSED, Refusal
from app.twinnings.models import ClosingForm, Twinning
from app.web import gate
from app.web.asked import refuse_unknown
from app.web.formats import csv_answer, json_answer
from app.web.gate import permits
from app.web.languages import site_root
from app.web.unit import session

twinnings = Blueprint("twinnings", __name__, template_folder="templates")

PER_PAGE = 50
PATH = "/gemellaggi/<int(max=1000000000):number>-<slug:slug>"
COLUMNS = (
    "id",
    "title",
    "solution",
    "giver",
    "giver_name",
    "receivers",
    "receivers_names",
    "state",
    "phase",
    "began_on",
    "ended_on",
    "demonstration",
    "url",
)

WORDS = {"state": ("twinnings/_words.html", "standing"), "phase": ("twinnings/_words.html", "phase")}


@twinnings.app_template_global()
def twinnings_of(need: Need) -> Sequence[Twinning]:
    """The twinnings of a request, for its pages."""
    return queries.of_need(session(), need.id)


@twinnings.app_template_global()
def adopted_after(need: Need) -> set[int]:
    """Those of them that some receiver adopted, its city or another that joined it."""
    return queries.adopted(session(), need.id)


def now() -> datetime:
    return datetime.now(UTC)


def found(number: int, action: Action) -> Twinning:
    """The twinning, where this person may do the action to it. Raises ``NotFound``."""
    twinning = queries.twinning(session(), number)
    if twinning is None:
        raise NotFound(number)
    gate.require(action, twinning.thing)
    return twinning


def title_of(number: int, slug: str) -> tuple[str, str]:
    """The title of a transfer this person may read, and its language. Raises ``NotFound``."""
    return found(number, Action.READ_TWINNING).title, "it"


@twinnings.get("/gemellaggi")
@permits(Action.READ_TWINNING)
def index() -> str:
    state = _state()
    shown = part(page_number(request.args.get("pagina", "1")), queries.many(session(), state), PER_PAGE)

    def address(number: int) -> str:
        return url_for("twinnings.index", stato=state or None, pagina=number if number > 1 else None)

    return render_template(
        "twinnings/index.html",
        twinnings=queries.listed(session(), state, shown.before, shown.most),
        adopted=queries.adopted(session()),
        state=state,
        **around(shown, address),
    )


def _state() -> str:
    refuse_unknown({"stato": list(rules.State)})
    asked = request.args.get("stato", "")
    return asked if asked in list(rules.State) else ""


@twinnings.get("/gemellaggi.json")
@permits(Action.READ_TWINNING)
def as_json() -> Response:
    return json_answer({"twinnings": [_row(item) for item in queries.listed(session(), _state())]})


@twinnings.get("/gemellaggi.csv")
@permits(Action.READ_TWINNING)
def as_csv() -> Response:
    return csv_answer([_row(item) for item in queries.listed(session(), _state())], COLUMNS, "gemellaggi", WORDS)


def _row(item: Twinning) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "solution": item.solution.slug,
        "giver": item.giver.slug if item.giver else "",
        "giver_name": item.giver.short_name if item.giver else "",
        "receivers": [city.slug for city in item.receivers],
        "receivers_names": [city.short_name for city in item.receivers],
        "state": item.state,
        "phase": item.phase,
        "began_on": day_of(item.began_at).isoformat(),
        "ended_on": day_of(item.ended_at).isoformat() if item.ended_at else "",
        "demonstration": item.demonstration,
        "url": site_root() + url_for("twinnings.show", number=item.id, slug=item.slug),
    }


@twinnings.get(PATH)
@permits(Action.READ_TWINNING)
def show(number: int, slug: str) -> str:
    return page(found(number, Action.READ_TWINNING))


def page(twinning: Twinning, refusal: Refusal = NOT_REFUSED) -> str:
    """The page of a twinning: a summary for everybody, the workbench for its parties, with a refused form open."""
    working = gate.may(Action.WORK_ON_TWINNING, twinning.thing)
    forms = queries.closing(session(), twinning.id)
    need = needs.need(session(), twinning.need_id) if twinning.need_id else None
    need = need if need is not None and gate.may(Action.READ_NEED, need.thing) else None
    return render_template(
        "twinnings/show.html",
        twinning=twinning,
        solution=twinning.solution,
        opens=_opens(twinning.solution),
        need=need,
        in_time=_in_time(twinning, need) if need is not None else "",
        working=working,
        running=twinning.state == rules.State.RUNNING,
        refusal=refusal,
        today=day_of(now()),
        within=rules.days_of(day_of(twinning.began_at), day_of(now())),
        now=now(),
        updated=journal.last_at(session(), "twinning", str(twinning.id), rules.REMINDERS) or twinning.began_at,
        forms=forms,
        adopted=bool(_adopters(forms)),
        odds=rules.at_odds((form.side, form.said) for form in forms),
        rules=rules,
        **(sheet.bench(session(), engine(), twinning, forms, gate.actor(), now()) if working else {}),
    )


def _opens(solution: Solution) -> bool:
    """Whether this reader may open the solution that is taught: since it began it may have become one for few."""
    if solution.published:
        return True
    known = library.by_slug(session(), solution.slug, acts=False)
    return known is not None and gate.may(Action.READ_SOLUTION, known.thing)


def _in_time(twinning: Twinning, need: Need) -> str:
    """How the plan of one that runs stands to the day of its request, empty where there is none."""
    if need.by_when is None or twinning.state != rules.State.RUNNING:
        return ""
    due = ((item.key, item.due_on) for item in twinning.milestones if item.done_at is None)
    return rules.in_time(day_of(twinning.began_at), need.by_when, due)


@twinnings.get(f"{PATH}/calendario.ics")
@permits(Action.WORK_ON_TWINNING)
def calendar_file(number: int, slug: str) -> Response:
    twinning = found(number, Action.WORK_ON_TWINNING)
    address = site_root() + url_for("twinnings.show", number=number, slug=twinning.slug)
    host = urlsplit(site_root()).hostname or "localhost"
    meetings, steps = queries.meetings(session(), number), _steps(twinning)
    text = calendar(meetings, host, twinning.title, address, now(), steps)
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = f'attachment; filename="gemellaggio-{number}.ics"'
    return answer


def _steps(twinning: Twinning) -> list[Step]:
    """The milestones still to be reached, in the words of the page.

    A calendar that took the file in keeps what the file no longer holds: of what is over, the days to come are
    cancelled, as meetings are.
    """
    ended, day = twinning.state != rules.State.RUNNING, day_of(now())
    changed = journal.done_to(session(), "twinning", str(twinning.id), rules.MILESTONE_CHANGES)
    times = Counter(row.data.get("milestone") for row in changed)
    say, taken = (get_template_attribute("twinnings/_words.html", name) for name in ("milestone", "taken_away"))
    steps = [
        Step(item.id, say(item).unescape(), item.due_on, times[item.id] + ended, ended or item.done_at is not None)
        for item in sorted(twinning.milestones, key=lambda item: (item.due_on, item.position))
    ]
    removed = [row.data for row in changed if row.action == rules.REMOVED]
    steps += [
        Step(told["milestone"], taken(), date.fromisoformat(told["due_on"]), times[told["milestone"]], over=True)
        for told in removed
    ]
    return [step for step in steps if not step.over or step.due_on >= day]


@twinnings.get(f"{PATH}/attestato")
@permits(Action.READ_TWINNING)
def certificate(number: int, slug: str) -> str:
    twinning = found(number, Action.READ_TWINNING)
    if twinning.state != rules.State.CLOSED:
        raise NotFound(number)
    return _certificate(twinning, verifying=False)


@twinnings.get("/attestati/<string(maxlength=40):code>")
@permits(Action.READ_TWINNING)
def verify(code: str) -> str | tuple[str, int]:
    twinning = queries.verified(session(), code)
    if twinning is not None:
        gate.require(Action.READ_TWINNING, twinning.thing)
        if _adopters(queries.closing(session(), twinning.id)):
            return _certificate(twinning, verifying=True)
    return render_template("twinnings/no_certificate.html", twinning=twinning), NotFound.status


def _adopters(forms: Iterable[ClosingForm]) -> dict[int, str]:
    """The receivers that say they took the solution over, each with how."""
    return {form.city_id: form.said["result"] for form in forms if form.side == "receiver" and rules.adopted(form.said)}


def _certificate(twinning: Twinning, *, verifying: bool) -> str:
    """Only of a solution that was taken over, and by whom. Raises ``NotFound``."""
    adopters = _adopters(queries.closing(session(), twinning.id))
    if not adopters:
        raise NotFound(twinning.id)
    return render_template(
        "twinnings/certificate.html",
        twinning=twinning,
        adopters=[(tie.city, adopters[tie.city_id]) for tie in twinning.parties if tie.city_id in adopters],
        verifying=verifying,
        address=site_root() + url_for("twinnings.verify", code=twinning.verification),
    )


@twinnings.get("/soluzioni/<slug:slug>/confronto-con-la-fonte")
@permits(Action.READ_SOLUTION)
def adapted(slug: str) -> str:
    """What a variant changed in its source, section by section."""
    found = library.with_source(session(), slug)
    variant, written = _readable(found, slug)
    source, given = _readable(found, variant.based_on)
    begun_from = _begun_from(variant, source, given)
    before, after = begun_from.document(), written.document()
    untold = bool(before.section(RESULTS_SECTION)) and not after.section(RESULTS_SECTION)
    before = rules.without_results(before) if untold else before
    front = rules.as_far_as_filled(before.front, after.front)
    return render_template(
        "twinnings/adapted.html",
        untold=untold,
        unfilled=[field.name for field in FIELDS if field.name in rules.ADAPTED & (before.front.keys() - front.keys())],
        variant=variant,
        source=source,
        begun_from=begun_from,
        section=next((part for part in written.sections if part["heading"] == VARIANT_SECTION), None),
        changes=_changes(Document(front, before.sections, before.footnotes), after),
        same=[part.heading for part in after.sections if part in before.sections],
    )


def _changes(before: Document, after: Document) -> list[Change]:
    """What one text tells otherwise than another, of what a variant adapts."""
    found = compare(before, after, AS_SAID)
    return [one for one in found if one.name in rules.ADAPTED or (one.is_section and one.name != VARIANT_SECTION)]


def _begun_from(variant: Solution, source: Solution, current: SolutionRevision) -> SolutionRevision:
    """The version of its source that a variant began with: what the source says since then nobody has adapted.

    The one in force where it says the same, where nobody noted when it came into force, and where that is for few.
    """
    then = reviews.in_force_at(session(), source, variant.created_at)
    if then is None or then.number == current.number or not gate.may(Action.READ_SOLUTION, then.thing):
        return current
    return then if _changes(then.document(), current.document()) else current


def _readable(found: Mapping[str, tuple[Solution, SolutionRevision]], slug: str) -> tuple[Solution, SolutionRevision]:
    if slug not in found:
        raise NotFound(slug)
    gate.require(Action.READ_SOLUTION, found[slug][0].thing)
    return found[slug]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages for whoever runs the site: what the worker does, which letters went out, what the journal tells."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access import Action, Thing
from app.accounts.people_views import scope_names
from app.accounts.queries import names
from app.cities import queries as registers
from app.config import Settings
from app.journal import queries as journal
from app.journal.models import JournalEntry
from app.operations import queries, service, state
from app.outbox import queries as outbox
from app.outbox.rules import expired, masked
from app.search.listing import pages
from app.web import gate
from app.web.formats import csv_answer, json_answer
from app.web.gate import actor, permits
from app.web.unit import session, work
from app.writing import queries as writing

operations = Blueprint("operations", __name__, template_folder="templates")

#: Letters shown of each sort, and how far back the sent ones go.
SHOWN = 50
SENT_SHOWN = timedelta(days=7)
PAGE = 50
#: Rows of the journal in one file.
EXPORTED = 5_000
COLUMNS = ("id", "at", "actor_id", "actor", "action", "kind", "key", "body", "body_name", "data", "digest")


def now() -> datetime:
    return datetime.now(UTC)


@operations.get("/amministrazione")
@permits(Action.READ_JOURNAL)
def index() -> str:
    """Where somebody administers; whoever may do anything there reads at least the register."""
    gate.require(Action.READ_JOURNAL, Thing(bodies=actor().bodies))
    return render_template("operations/index.html")


@operations.get("/amministrazione/lavori")
@permits(Action.OPERATE)
def chores() -> str:
    since = now() - SENT_SHOWN
    settings: Settings = current_app.config["SETTINGS"]
    counts = outbox.counts(session(), since)
    return render_template(
        "operations/chores.html",
        stands=state.state(session(), settings.data_folder, counts["retried"], now()),
        runs={run.name: run for run in queries.chore_runs(session())},
        chores=current_app.extensions["chores"],
        counts=counts,
        not_taken=outbox.number_not_taken(session(), now()),
        failed=outbox.failed(session(), SHOWN),
        waiting=outbox.waiting(session(), SHOWN),
        sent=outbox.sent_since(session(), since, SHOWN),
        unreadable=writing.unreadable_files(session(), SHOWN),
        masked=masked,
        closed=lambda letter: expired(letter.expires_at, now()),
        settings=settings,
    )


@operations.post("/amministrazione/lavori/lettere/<int(max=1000000000):number>/riprova")
@permits(Action.OPERATE)
def retry(number: int) -> AnyResponse:
    with work() as writing:
        service.retry_letter(writing, number, actor().id, now())
    flash("letter_retried")
    return redirect(url_for("operations.chores"), 303)


@operations.post("/amministrazione/lavori/lettere/riprova")
@permits(Action.OPERATE)
def retry_all() -> AnyResponse:
    with work() as writing:
        service.retry_letters(writing, actor().id, now())
    flash("letters_retried")
    return redirect(url_for("operations.chores"), 303)


def _bodies() -> frozenset[str] | None:
    """Bodies whose entries this person reads; None for all. Refuses who reads none."""
    gate.require(Action.READ_JOURNAL, Thing(bodies=actor().bodies))
    return None if actor().national else actor().bodies


def _kind() -> str:
    return request.args.get("tipo", "")[:40]


@operations.get("/amministrazione/registro")
@permits(Action.READ_JOURNAL)
def register() -> str:
    bodies, kind = _bodies(), _kind()
    total = journal.total(session(), bodies, kind)
    last = max(-(-total // PAGE), 1)
    current = min(max(request.args.get("pagina", 1, int), 1), last)
    entries = journal.page(session(), current, PAGE, bodies, kind)
    around = [(number, _address(number, kind) if number else "") for number in pages(current, last)]
    return render_template(
        "operations/register.html",
        entries=entries,
        names=names(session(), [*(entry.actor_id for entry in entries), *map(person_told_of, entries)]),
        person_told_of=person_told_of,
        scopes=scope_names() if any(entry.data.get("scope") or entry.body for entry in entries) else {},
        kinds=journal.kinds(session(), bodies),
        kind=kind,
        total=total,
        exported=EXPORTED,
        page=current,
        last=last,
        around=around,
        address=_address,
    )


def person_told_of(entry: JournalEntry) -> int:
    """The number of the person whose account an entry is about, 0 where it is about something else."""
    return int(entry.key) if entry.kind == "person" and entry.key.isdecimal() else 0


def _address(number: int, kind: str) -> str:
    return url_for("operations.register", tipo=kind or None, pagina=number if number > 1 else None)


@operations.get("/amministrazione/registro.json")
@permits(Action.READ_JOURNAL)
def register_json() -> Response:
    return private(json_answer({"entries": _rows(journal.page(session(), 1, EXPORTED, _bodies(), _kind()))}))


@operations.get("/amministrazione/registro.csv")
@permits(Action.READ_JOURNAL)
def register_csv() -> Response:
    rows = _rows(journal.page(session(), 1, EXPORTED, _bodies(), _kind()))
    return private(csv_answer(rows, COLUMNS, "registro"))


def private(answer: Response) -> Response:
    """An answer that no browser keeps."""
    answer.cache_control.no_store = True
    return answer


def _rows(entries: Sequence[JournalEntry]) -> list[dict[str, Any]]:
    known = names(session(), [entry.actor_id for entry in entries])
    bodies = {body.slug: body.short_name for body in registers.all_bodies(session())}
    return [
        {
            **{name: getattr(entry, name) for name in COLUMNS if name not in {"at", "actor", "body_name"}},
            "at": entry.at,
            "actor": known.get(entry.actor_id or 0, ""),
            "body_name": bodies.get(entry.body, ""),
        }
        for entry in entries
    ]

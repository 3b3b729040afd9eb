# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is typed into any form of any page, the site answers, repeats nothing raw and keeps nothing by halves."""

import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.db import Database
from app.text.typed import CONTROL
from tests.journeys.typed_forms import Form, Forms
from tests.naughty import RAW, STRINGS, lines_for
from tests.pages.furnished import Furnished, opened
from tests.pages.signed_kinds import PAGES
from tests.stores import PostgresStores, pour

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("signed")]

#: Half of a character pair cannot be sent in a form at all.
LINES = [text.encode("utf-8", "ignore").decode() for text in lines_for("shown again", 80)]
#: What may be written though the person reads a refusal: that they tried.
TRACES = frozenset({"attempts", "journal", "shown_sets", "outbox", "letters", "sign_ins"})
#: A shortlist that is shown again beside a refusal is kept as it was shown, with the moment in its request.
SHOWN = frozenset({"shown_sets", "needs"})
#: Pages that work in two steps of which the second needs what the first one wrote: tests/accounts.
TWO_STEPS = frozenset({"accounts.invitation"})
#: What no page of the furnished site shows, or only a script sends: who sends it, where, the texts and what is hidden.
BY_HAND: tuple[tuple[str, str, tuple[str, ...], dict[str, str]], ...] = (
    ("official", "/soluzioni/{both}/versione", ("reason",), {}),
    ("official", "/soluzioni/{full}/bozza", ("title", "summary", "section.1"), {"edition": "1", "base": "1"}),
    ("official", "/soluzioni/{full}/anteprima", ("text", "footnotes"), {}),
    ("official", "/soluzioni/nuova/suggerimenti", ("title", "text", "themes", "acts", "questions"), {}),
    ("official", "/soluzioni/{full}/suggerimenti", ("title", "text", "themes", "acts", "questions"), {}),
    ("official", "/richieste/{need_open}/abbinamenti/requisiti", ("precondition-1",), {"answer-1": "no"}),
    ("official", "/richieste/{need_open}/lascia", (), {"body": "bologna"}),
    ("late", "/conferma-identita", ("password", "code"), {"next": "/profilo"}),
    ("late", "/conferma-identita/passkey", ("credential",), {}),
)
#: What takes no text: each has a button in a state that the furnished site is not in.
ONLY_BUTTONS = frozenset(
    {
        "people.enable",
        "profile.end_other_sign_ins",
        "profile.end_sign_in",
        "proposals.withdraw",
        "rounds.exchange",
        "rounds.withdraw_exchange",
        "sso.unlink",
        "workbench.close_alone",
        "workbench.put_back",
        "workbench.remove_milestone",
        "workbench.unshare",
    }
)
#: A script asks it for a number and sends nothing; a programme sends a document with its token: tests/writing.
NO_FORM = frozenset({"passkeys.challenge", "programmes.send"})
FEWEST, APART = 3, 3


@dataclass
class Ledger:
    """Which tables the units of work of one answer wrote to, those that went through."""

    written: set[str] = field(default_factory=set)


def undo(database: Database) -> Ledger:
    """From now on nothing stays in the database, so that every line meets the same site; the ledger says what would."""
    ledger, noted = Ledger(), set[str]()

    @contextmanager
    def undone(patience: int = 0) -> Iterator[Session]:
        session = database._writing()
        noted.clear()
        session.begin()
        try:
            yield session
            session.flush()
            ledger.written |= noted
        finally:
            session.expunge_all()
            session.rollback()
            session.close()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        words = statement.split()
        if words[0] in {"INSERT", "UPDATE", "DELETE"}:
            noted.add(words[1] if words[0] == "UPDATE" else words[2])

    event.listen(database.engine, "before_cursor_execute", note)
    database.work = undone  # type: ignore[method-assign]
    return ledger


@pytest.fixture(scope="module")
def kept(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A site where what is typed stays."""
    made = opened(library_folder, tmp_path_factory.mktemp("kept"))
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def forms(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Furnished, Ledger]]:
    made = opened(library_folder, tmp_path_factory.mktemp("typed"))
    yield made, undo(made.database)
    made.database.close()


@pytest.fixture(scope="module")
def shown(forms: tuple[Furnished, Ledger]) -> list[tuple[str, str, Form]]:
    return list(shown_forms(forms[0]))


def one_of_each(shown: list[tuple[str, str, Form]]) -> list[tuple[str, Form]]:
    """Each kind of form once, with somebody who may use it, as a page or the answer to a form shows it."""
    found: dict[tuple[str, frozenset[str]], tuple[str, Form]] = {}
    for who, page, form in shown:
        if form.names and page not in TWO_STEPS:
            names = frozenset(name.partition("-")[0].partition(".")[0] for name in form.names)
            found.setdefault((page, names), (who, form))
    return list(found.values())


def shown_forms(site: Furnished) -> Iterator[tuple[str, str, Form]]:
    """Every form of every kind of page, then those by hand: who sees it, the endpoint it goes to."""
    addresses = site.app.url_map.bind("localhost")
    for kind in PAGES.values():
        path, cookie = site.address(kind.path), site.cookie(kind.who)
        answer = site.answered(kind)
        put_back(site, kind.who, cookie)
        for form in Forms(answer.text, path).found:
            yield kind.who, str(addresses.match(form.action.partition("?")[0], "POST")[0]), form
    for who, path, texts, hidden in BY_HAND:
        form = Form(site.address(path), dict.fromkeys(texts, ""), hidden)
        yield who, str(addresses.match(form.action, "POST")[0]), form


@cache
def lines_of(action: str) -> list[str]:
    """The lines a form is tried with; another part of them in each form."""
    return [text.encode("utf-8", "ignore").decode() for text in lines_for(action, 24)]


def turns(form: Form) -> int:
    """How often a form is sent until every line of it was in it; without texts a third of them."""
    return max(FEWEST, -(-len(lines_of(form.action)) // (len(form.typed) or APART)))


def filled(form: Form, turn: int) -> dict[str, Any]:
    """What is sent in one turn: strange lines in all texts, and every third time in what a person would not type."""
    start = turn * len(form.typed) if form.typed else turn * APART + len(form.action)
    every = lines_of(form.action)
    lines = itertools.islice(itertools.cycle(every), start % len(every), None)
    strange = turn % 3 == 2 if form.typed else turn > 0
    data: dict[str, Any] = {name: next(lines) for name in form.typed}
    for name, value in form.hidden.items():
        data[name] = next(lines) if strange else value
    for name, choices in form.chosen.items():
        data[name] = next(lines) if strange else choices[turn % len(choices)]
    for name in form.files:
        data[name] = (io.BytesIO(next(lines).encode()), next(lines) or "a.md")
    if form.buttons:
        name, value = form.buttons[turn % len(form.buttons)]
        data[name] = value
    return data


def sent(site: Furnished, who: str, form: Form, turn: int) -> TestResponse:
    """The answer to one turn."""
    return posted(site, who, form, filled(form, turn), turn)


def posted(site: Furnished, who: str, form: Form, data: dict[str, Any], turn: int = 0) -> TestResponse:
    """The answer to a form; the cookie is as before, so that nobody is signed out."""
    cookie = site.cookie(who)
    where = {"REMOTE_ADDR": f"192.0.2.{turn % 250}"}
    answer = site.clients[who].post(form.action, data=data, environ_base=where)
    put_back(site, who, cookie)
    return answer


def put_back(site: Furnished, who: str, cookie: str) -> None:
    """The cookie as it was, so that nobody is signed out."""
    client = site.clients[who]
    client.delete_cookie("twinmetro")
    if cookie:
        client.set_cookie("twinmetro", cookie)


def faults(answer: TestResponse, written: set[str]) -> Iterator[str]:
    """What is wrong with an answer."""
    if answer.status_code >= 500:
        yield "breaks"
    if answer.mimetype == "text/html":
        yield from (f"repeats {text} raw" for text in RAW if text in answer.text)
    where = answer.headers.get("Location", "/")
    if not where.startswith("/") or where.startswith(("//", "/\\")):
        yield f"leads away to {where}"
    kept = written - TRACES - (SHOWN if SHOWN & TRACES & written else frozenset())
    if answer.status_code >= 400 and kept:
        yield f"refuses and writes {sorted(kept)}"


def test_whatever_takes_a_form_is_typed_into(
    forms: tuple[Furnished, Ledger], shown: list[tuple[str, str, Form]]
) -> None:
    site, _ledger = forms
    taking = {rule.endpoint for rule in site.app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    reached = {page for _who, page, _form in shown}
    assert taking - reached == ONLY_BUTTONS | NO_FORM


def test_every_strange_line_in_every_form_is_answered(
    forms: tuple[Furnished, Ledger], shown: list[tuple[str, str, Form]]
) -> None:
    site, ledger = forms
    wrong, tried, statuses = [], 0, dict[int, int]()
    every = one_of_each(shown)
    for who, form in every:
        for turn in range(turns(form)):
            ledger.written.clear()
            answer = sent(site, who, form, turn)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            tried += 1
            wrong += [f"{form.action} ({who}, turn {turn}) {fault}" for fault in faults(answer, ledger.written)]
    assert not wrong, "\n".join(wrong)
    assert tried > 600
    between = set().union(*(lines_of(form.action) for _who, form in every))
    assert len(between) > 0.95 * len({text.encode("utf-8", "ignore").decode() for text in STRINGS})
    assert statuses[303] > 100


#: What SQLite keeps and PostgreSQL refuses.
NUL = "a\x00b"
NUL_IN_ADDRESS = (
    "/attestati/a%00b",
    "/soluzioni/{full}/immagini/a%00b.png",
    "/redazione/da-approvare?ente=a%00b&tema=a%00b",
    "/richieste?citta=a%00b&tema=a%00b",
    "/amministrazione/registro?tipo=a%00b",
)


@pytest.mark.postgres
def test_a_nul_in_every_field_of_every_form_and_in_addresses_is_answered_on_postgresql(
    forms: tuple[Furnished, Ledger], shown: list[tuple[str, str, Form]], postgres_stores: PostgresStores
) -> None:
    broken: list[str] = []
    with on_postgres(forms[0], postgres_stores.new()) as site:
        for who, form in one_of_each(shown):
            kept = {**form.hidden, **{name: choices[0] for name, choices in form.chosen.items()}}
            for fields in (dict.fromkeys(form.typed, NUL) | kept, dict.fromkeys(form.names, NUL)):
                files = {name: (io.BytesIO(NUL.encode()), NUL) for name in form.files}
                answer = posted(site, who, form, {**fields, **files, **dict(form.buttons[:1])})
                broken += [f"{form.action} ({who}): {answer.status_code}"] if answer.status_code >= 500 else []
        for path in NUL_IN_ADDRESS:
            answer = site.clients["official"].get(site.address(path))
            broken += [f"{path}: {answer.status_code}"] if answer.status_code >= 500 else []
    assert not broken, "\n".join(broken)


@contextmanager
def on_postgres(site: Furnished, address: str) -> Iterator[Furnished]:
    """The same site with all it holds in another database, in which nothing stays either."""
    before = site.database
    pour(before, Database(address))
    other = site.app.extensions["database"] = Database(address, demonstration=True)
    undo(other)
    yield site
    site.app.extensions["database"] = before
    other.close()


#: Forms that show again what they took: who opens them, the page, the part of its address the form goes to, the fields.
SHOWN_AGAIN = {
    "profile": ("official", "/profilo", "/profilo", ("name",)),
    "passkey": ("strong", "/profilo/sicurezza", "/nome", ("name",)),
    "request": ("official", "/richieste/{need_open}/modifica", "/modifica", ("title", "problem")),
    "draft": ("official", "/soluzioni/{full}/modifica", "/modifica", ("title", "summary", "section.1")),
}


def form_of(site: Furnished, shown: str) -> Form:
    who, path, end, fields = SHOWN_AGAIN[shown]
    address = site.address(path)
    page = site.clients[who].get(address).text
    assert not [text for text in RAW if text in page]
    return next(
        form for form in Forms(page, address).found if form.action.endswith(end) and set(fields) <= {*form.typed}
    )


@pytest.mark.parametrize("shown", SHOWN_AGAIN)
def test_what_was_accepted_comes_back_as_it_was_typed(shown: str, kept: Furnished) -> None:
    who, _path, _end, fields = SHOWN_AGAIN[shown]
    accepted = 0
    for line in LINES:
        form = form_of(kept, shown)
        text = f"Prova di scrittura: {line} fine"[: min(form.limits.get(name, 4_000) for name in fields)]
        data = {**form.typed, **form.hidden, **{name: chosen[0] for name, chosen in form.chosen.items()}}
        # Each field another text: a title that only repeats the problem is taken for one that nobody typed.
        typed = {name: f"{text[: -len(str(place))]}{place}" for place, name in enumerate(fields)}
        answer = kept.clients[who].post(form.action, data={**data, **typed})
        assert answer.status_code in {303, 422}, repr(line)
        if answer.status_code == 303:
            accepted += 1
            held = form_of(kept, shown).typed
            assert {name: plain(held[name]) for name in fields} == {
                name: plain(said) for name, said in typed.items()
            }, repr(line)
    assert accepted > 65


def plain(text: str) -> str:
    """A text without what no field can hold: controls, and the spaces some fields put in their place."""
    return "".join(CONTROL.sub("", text).split())

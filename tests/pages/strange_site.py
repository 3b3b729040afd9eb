# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small site where every text that somebody can store holds lines that a careless page would let a browser run."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from app.access import Role
from app.accounts import queries as accounts
from app.accounts.service_accounts import create
from app.cities.queries import by_slug as city_of
from app.db import Database
from app.files.check import Checked
from app.files.kinds import KINDS
from app.needs import proposals
from app.needs.rules import Wanted
from app.needs.service import Deed as Asking
from app.needs.service import publish_new
from app.notices.service import start_following
from app.review import remarks
from app.review.service import submit
from app.solutions.queries import by_slug
from app.text.typed import CONTROL
from app.twinnings import service as twinnings
from app.twinnings import sharing
from app.writing import kit
from tests.makers import NOW, make_draft, make_full_document, make_person, make_registers, make_solution
from tests.naughty import MARKUP
from tests.twinnings.exchange import Exchange

LINES = list(dict.fromkeys(" ".join(CONTROL.sub("", line).split()) for line in MARKUP))
WHOLE = "\n\n".join(LINES)


def packed(most: int) -> list[str]:
    """All the lines in as few texts of so many letters as they fit in."""
    made = [""]
    for line in LINES:
        if made[-1] and len(made[-1]) + len(line) + 1 > most:
            made.append("")
        made[-1] = f"{made[-1]} {line}".strip()
    return made


TITLES = packed(100)


@dataclass(frozen=True)
class Strange:
    """Who sees everything, and where it stands."""

    person: int
    pages: dict[str, str]


def furnish(app: Flask) -> Strange:
    """Fill a site that has the tables and nothing else."""
    database: Database = app.extensions["database"]
    with database.work() as session:
        make_registers(session)
    exchange = Exchange(database, answers={"Convenzione con i comuni": "no"})
    with database.work() as session:
        roles = [(Role.REFERENT, city) for city in ("bologna", "torino", "venezia")]
        roles += [(Role.EXPERT, "suap"), (Role.COORDINATOR, ""), (Role.ADMINISTRATOR, "")]
        person = make_person(session, *roles, name=TITLES[0]).id
        pages = _library(session, person)
        _people(session, person)
        pages |= _exchange(session, exchange, person)
    app.test_cli_runner().invoke(args=["search", "rebuild"], catch_exceptions=False)
    app.test_cli_runner().invoke(args=["worker", "--once", "--chore", "notices"], catch_exceptions=False)
    return Strange(person, pages)


def _document(title: str, city: str, number: int, **front: object) -> dict[str, object]:
    """Every field and section of a solution that takes any text."""
    short, long = packed(100), packed(280)
    piece = short[number % len(short)]
    fields: dict[str, object] = {
        "title": title,
        "summary": long[number % len(long)],
        "city": city,
        "office": piece,
        "contact": {"role": piece, "mailbox": "suap@ente.example", "visibility": "public"},
        "licence": "CC-BY-4.0",
        "resources": {"one_off_cost": 40_000, "note": piece},
        "legal_basis": [f"D.P.R. 160/2010 {piece}"],
        "participation": piece,
    }
    return {**fields, **front}


def _whole(city: str) -> dict[str, object]:
    """Lists as long as they may be, and in each section every line."""
    short = packed(200)[:20]
    lists: dict[str, object] = dict.fromkeys(("roles", "tools", "funding", "preconditions"), short)
    lists |= {
        "questions": short[:15],
        "steps": [{"name": text, "months": 2} for text in short],
        "indicators": [{"name": text, "unit": LINES[0], "before": LINES[1], "after": LINES[2]} for text in short],
        "sources": [{"title": text, "address": "https://ente.example/"} for text in short],
        "kit": [{"title": text, "kind": "accordo"} for text in short],
        "reused_by": [{"city": "venezia", "note": text} for text in short[:3]],
        "sections": dict.fromkeys(("Problema affrontato", "Soluzione adottata"), WHOLE),
        "footnotes": "\n".join(f"[^{number}]: {line}" for number, line in enumerate(LINES)),
    }
    return _document(TITLES[0], city, 0, **lists)


def _library(session: Session, person: int) -> dict[str, str]:
    """Solutions of two cities in force, two states of one, a draft with a kit, one that waits with remarks."""
    for number, title in enumerate(TITLES):
        front = _document(title, "torino", number)
        make_solution(
            session, f"strana-{number}", **front, sections={"Problema affrontato": title, "Soluzione adottata": WHOLE}
        )
    make_solution(session, "strana", **_whole("bologna"))
    make_solution(session, "strana", **{**_whole("bologna"), "summary": "Altra sintesi."})
    draft = make_draft(session, person, "bozza", document=make_full_document(**_whole("bologna"), badge=None))
    waiting = make_draft(session, person, "attesa", document=make_full_document(**_whole("torino"), badge=None))
    session.flush()
    said = kit.Described("", "atto", "CC-BY-4.0", "public")
    for number, title in enumerate(packed(280)):
        checked = Checked(KINDS["pdf"], f"{number}", 1_000)
        kit.add(session, draft, checked, "a.pdf", replace(said, title=title), person, NOW)
    submit(session, waiting, person, NOW)
    remarks.comment(session, waiting, person, NOW, "Problema affrontato", WHOLE[:2_000])
    remarks.comment(session, waiting, person, NOW, "", WHOLE[2_000:4_000])
    given = by_slug(session, "strana-1")
    assert given is not None
    remarks.report(session, given, NOW, WHOLE[:2_000], "lettrice@posta.example", "192.0.2.1")
    return {}


def _people(session: Session, person: int) -> None:
    """Names of people and of programmes, searches that are followed."""
    for name in packed(120):
        make_person(session, (Role.OFFICIAL, "bologna"), name=name)
    administrator = accounts.person(session, person)
    assert administrator is not None
    for name in packed(80):
        create(session, administrator.actor, NOW, name, frozenset({"read-members"}), 30)
    for number, label in enumerate(packed(300)):
        start_following(session, person, "search", f"q={number}", label, [], NOW)


def _exchange(session: Session, exchange: Exchange, person: int) -> dict[str, str]:
    """A request that is asked about and offered to, and a transfer whose table is full."""
    deed, working = Asking(person, NOW), exchange.deed(person)
    venezia, bologna = city_of(session, "venezia"), city_of(session, "bologna")
    assert venezia is not None
    assert bologna is not None
    limits = dict.fromkeys(("budget", "staff", "legal_basis", "municipalities", "software"), packed(280)[0])
    for number, title in enumerate(packed(120)):
        wanted = Wanted(WHOLE[:4_000], NOW.date() + timedelta(days=90), title, ("suap",), limits)
        need = publish_new(session, venezia if number else bologna, wanted, deed)
    session.flush()
    asked = proposals.offer(session, need.id, "strana", WHOLE[:2_000], 10, deed)
    session.flush()
    table = exchange.number
    sharing.write_note(session, table, WHOLE[:4_000], working)
    sharing.set_meeting(session, table, 0, packed(150)[0], NOW + timedelta(days=9), 60, packed(150)[1], working)
    for title in packed(190)[:8]:
        sharing.add_piece(session, table, title, working)
        sharing.add_file(session, table, bologna.id, Checked(KINDS["csv"], title, 9), "a.csv", title, working)
        twinnings.add_milestone(session, table, title, "capire", NOW.date() + timedelta(days=30), working)
    twinnings.add_person(session, table, person, "torino", packed(110)[0], exchange.asking, working)
    return {"need": f"{need.id}-{need.slug}", "proposal": str(asked.id), "twinning": f"{table}-sportello"}

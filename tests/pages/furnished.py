# SPDX-License-Identifier: AGPL-3.0-or-later
"""A site with the shipped library where every kind of work is under way: drafts, reviews, requests, people, letters."""

import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.access import Actor, Role
from app.accounts import demonstration, queries
from app.accounts.identity import PENDING
from app.accounts.invitations import invite
from app.accounts.models import Invitation, Link, Passkey, Person, RecoveryCode, ServiceAccount, SignIn
from app.accounts.provider import Provider
from app.accounts.rules import digest
from app.cities import queries as registers
from app.cities.rules import NewBody
from app.config import Settings
from app.db import Database
from app.needs import proposals as answers
from app.needs import rounds
from app.needs.models import Need, Proposal
from app.needs.service import Deed, state_capacity
from app.notices import queries as queries_of_notices
from app.notices.chores import unsubscribing
from app.notices.service import start_following
from app.operations.service import register_body
from app.outbox.models import Letter
from app.review import page_reports, remarks, service, upkeep
from app.review import queries as reviews
from app.review.service import Judgement
from app.solutions.models import Solution
from app.twinnings import ending
from app.twinnings.models import Twinning
from app.twinnings.rules import Closing
from app.writing import service as writing
from app.writing.models import Attachment
from app.writing.service import Seen
from tests.makers import make_draft, make_full_document, make_person, sign_in
from tests.needs.network import preview
from tests.pages.signed_kinds import Kind

NEVER, LONG_AGO = datetime(2999, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
#: Who walks through the pages, by the mailbox of their demonstration account.
MAILBOXES = {
    "official": "funzionario.bologna",
    "referent": "referente.bologna",
    "giver": "referente.torino",
    "asker": "referente.bari",
    "expert": "esperto",
    "coordinator": "coordinamento",
    "administrator": "amministratore",
    "member": "lettore",
}
TOKENS = {name: f"{name}-of-the-furnished-site" for name in ("reset", "address")}
STATES = ("waiting", "claimed", "returned", "visible", "validated", "ready", "archived", "changed")


@dataclass
class Furnished:
    """The site: a browser for everybody, and what stands in the variable part of addresses."""

    app: Flask
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    sent: dict[tuple[str, int], TestResponse] = field(default_factory=dict)
    #: Every template shown since the site was opened: an answer that is kept shows none a second time.
    templates: set[str] = field(default_factory=set)

    def note_template(self, _app: Flask, template: Template, **_more: object) -> None:
        self.templates.add(template.name or "")

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["database"]
        return found

    def address(self, path: str, language: str = "it") -> str:
        """An address with its places filled in, in a language."""
        filled = path.format(**self.places)
        return filled if language == "it" else f"/{language}{filled}"

    def answered(self, kind: Kind, language: str = "it") -> TestResponse:
        """What the site answers to whoever opens a page of this kind, or sends its form."""
        client, path = self.clients[kind.who], self.address(kind.path, language)
        if kind.typed is None:
            return client.get(path)
        # A form is sent once in each language: a second time what it makes would be there already.
        key = (path, kind.status)
        if key not in self.sent:
            typed = {name: value.format(language=language) for name, value in kind.typed.items()}
            self.sent[key] = client.post(path, data=typed)
        return self.sent[key]

    @contextmanager
    def with_provider(self) -> Iterator[None]:
        """The site as long as a provider is configured, which offers a log-out of its own."""
        settings = self.app.config["SETTINGS"]
        configured = replace(settings, oidc_issuer="https://id.ente.example", oidc_client="twinmetro", oidc_name="Ente")
        provider = Provider(configured)
        provider._about = (math.inf, {"end_session_endpoint": "https://id.ente.example/uscita?a=1"})
        self.app.config["SETTINGS"], self.app.extensions["provider"] = configured, provider
        try:
            yield
        finally:
            self.app.config["SETTINGS"] = settings
            del self.app.extensions["provider"]

    def cookie(self, who: str) -> str:
        found = self.clients[who].get_cookie("twinmetro")
        return found.value if found else ""


def opened(library_folder: Path, folder: Path) -> Furnished:
    """A copy of the shipped library in a folder, filled; its forms need no token."""
    shutil.copytree(library_folder, folder, dirs_exist_ok=True)
    settings = Settings(
        data=str(folder),
        database_url=f"sqlite:///{folder / '1.sqlite3'}",
        feedback="twinmetro@ente.example",
        log_level="ERROR",
        demonstration=True,
    )
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return furnish(app)


def furnish(app: Flask) -> Furnished:
    """Fill a site that has the library."""
    made = Furnished(app)
    template_rendered.connect(made.note_template, app)
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 0, done.exception or done.output
    with made.database.work() as session:
        people = {name: _person(session, mailbox) for name, mailbox in MAILBOXES.items()}
        people |= _secured(session)
        _add_drafts(session, people, made.places)
        typed = NewBody("Regione Liguria", "regione", "Liguria")
        made.places["body"] = register_body(session, typed, people["coordinator"].id, datetime.now(UTC)).slug
        _add_letters(session, people, made.places)
        for kind, key in (("theme", "suap"), ("city", "torino"), ("search", "q=imprese")):
            start_following(session, people["official"].id, kind, key, key, [], datetime.now(UTC))
        found = queries_of_notices.follow(session, people["official"].id, "search", "q=imprese")
        assert found is not None
        made.places["search"], found.name = str(found.id), "Le imprese"
    for state in STATES:
        with made.database.work() as session:
            _add_review(session, people, state)
    made.places["unsubscribe"] = unsubscribing(app).path(people["official"].id, "followed+search")
    _end_a_twinning(made, people)
    _add_requests(made, people)
    app.test_cli_runner().invoke(args=["worker", "--once", "--chore", "notices"])
    _sign_in(made, people)
    return made


def _person(session: Session, mailbox: str) -> Person:
    found = queries.by_email(session, f"{mailbox}@{demonstration.DOMAIN}")
    assert found is not None, mailbox
    return found


def _secured(session: Session) -> dict[str, Person]:
    """Somebody with a second factor of each kind, and somebody who has still to say again who they are."""
    now = datetime.now(UTC)
    strong = make_person(session, (Role.REFERENT, "bologna"), email="forte@ente.example", name="Prova: due fattori")
    strong.totp_secret = "JBSWY3DPEHPK3PXP"
    strong.passkeys = [Passkey(credential_id="prova", public_key=b"prova", name="Telefono", created_at=now)]
    codes = [RecoveryCode(person_id=strong.id, code_digest=str(number)) for number in range(8)]
    session.add_all(codes)
    late = make_person(session, (Role.ADMINISTRATOR, ""), email="tardi@ente.example", name="Prova: da confermare")
    return {"strong": strong, "late": late}


def _sign_in(made: Furnished, people: dict[str, Person]) -> None:
    made.clients = {name: sign_in(made.app.test_client(), person) for name, person in people.items()}
    with made.database.work() as session:
        for signed in session.query(SignIn):
            signed.confirmed_at = LONG_AGO if signed.person_id == people["late"].id else NEVER
    made.clients["nobody"] = made.app.test_client()
    made.clients["owing"] = owing = made.app.test_client()
    with owing.session_transaction() as cookie:
        cookie[PENDING] = {"person": people["strong"].id, "at": NEVER.isoformat(), "how": "password", "next": "/"}


def _add_drafts(session: Session, people: dict[str, Person], places: dict[str, str]) -> None:
    """A draft with a title only, a full one with a kit, one that two people write, one whose Markdown is broken."""
    now, official, referent = datetime.now(UTC), people["official"].id, people["referent"].id
    places["empty"] = writing.begin(session, "Ufficio unico dei concorsi", "bologna", None, now, official).slug
    full = make_draft(session, official, "scheda-piena", document=make_full_document(badge=None, title="Scheda piena"))
    both = make_draft(session, official, "scheda-a-due", document=make_full_document(badge=None, title="Scheda a due"))
    broken = make_draft(
        session, official, "scheda-rotta", document=make_full_document(badge=None, title="Scheda rotta")
    )
    session.flush()
    kit = [_file(full, "Schema di convenzione", "public", now, None), _file(full, "Manuale", "members", now, now)]
    session.add_all(kit)
    session.flush()
    places["file"] = str(kit[0].id)
    typed = writing.opened(session, both).state
    first = replace(typed, fields={**typed.fields, "summary": "La sintesi di chi ha salvato per primo."})
    writing.save(session, both, first, Seen(0, 1), referent, now)
    text = "---\ntitle: Scheda rotta\nsummary: [aperta\n---\n\n## Problema affrontato\n\nTesto.\n"
    writing.save_markdown(session, broken, text, Seen(0, 1), official, now)
    places |= {"full": full.slug, "both": both.slug, "broken": broken.slug}


def _file(solution: Solution, title: str, visibility: str, now: datetime, removed: datetime | None) -> Attachment:
    return Attachment(
        solution_id=solution.id,
        digest=title,
        name="documento.pdf",
        code="pdf",
        mime="application/pdf",
        size=120_000,
        title=title,
        document_kind="atto",
        visibility=visibility,
        added_at=now,
        removed_at=removed,
    )


def _add_review(session: Session, people: dict[str, Person], state: str) -> None:
    """One solution that waits, or was decided, as far as the state says."""
    now = datetime.now(UTC)
    official, referent, expert = (people[name].id for name in ("official", "referent", "expert"))
    slug = f"revisione-{state}"
    document = make_full_document(badge=None, title=f"Scheda in revisione: {state}", evidence_level=2)
    solution = make_draft(session, official, slug, document=document)
    session.flush()
    service.submit(session, solution, official, now)
    if state == "waiting":
        remarks.comment(session, solution, referent, now, "Problema affrontato", "Quanti comuni?")
        return
    if state == "claimed":
        service.claim(session, _judgement(session, solution, referent))
        return
    if state == "returned":
        noted = (("Problema affrontato", "Quanti sono i comuni?"), ("", "Manca una fonte."))
        service.return_(session, _judgement(session, solution, referent, noted), "Servono i numeri")
        return
    service.approve(session, _judgement(session, solution, referent), "Confermato dall’ufficio")
    if state in {"validated", "ready"}:
        service.validate(session, _judgement(session, solution, expert), 3, "Dati prima e dopo")
    if state == "ready":
        service.make_ready(session, _judgement(session, solution, expert))
    if state == "visible":
        said = "Il numero dei comuni non è 50 ma 55, secondo il sito della città."
        remarks.report(session, solution, now, said, "lettrice@posta.example", "192.0.2.1")
        page = page_reports.page_about(session, "/citta/bologna", "city", "bologna")
        page_reports.report(session, page, now, said, "lettore@posta.example", "192.0.2.2", None)
    if state == "archived":
        upkeep.archive(session, solution, referent, now, "Servizio cessato nel 2026")
    if state == "changed":
        typed = writing.opened(session, solution).state
        sections = {**typed.sections, "Problema affrontato": "Ogni comune aveva regole e tempi propri."}
        typed = replace(typed, sections=sections)
        writing.save(session, solution, typed, Seen(0, solution.latest_number), official, now)
        writing.freeze(session, solution, official, now, "Aggiornati i tempi")
        service.submit(session, solution, official, now)


def _judgement(session: Session, solution: Solution, person: int, noted: tuple[tuple[str, str], ...] = ()) -> Judgement:
    waiting = reviews.open_review(session, solution)
    assert waiting is not None
    return Judgement(waiting.solution_id, waiting.id, waiting.revision_number, person, datetime.now(UTC), noted)


def _add_letters(session: Session, people: dict[str, Person], places: dict[str, str]) -> None:
    """Links as letters bring them, an invitation, a programme, a letter that did not arrive."""
    now, administrator = datetime.now(UTC), people["administrator"]
    _, token = invite(session, Actor(), now, "invitata@ente.example", Role.OFFICIAL, "bologna", "it")
    places["invitation"] = token
    for name, purpose in (("reset", "reset"), ("address", "change-email")):
        places[name] = TOKENS[name]
        session.add(
            Link(
                person_id=people["official"].id,
                purpose=purpose,
                token_digest=digest(TOKENS[name]),
                target="nuova@ente.example",
                created_at=now,
                expires_at=NEVER,
            )
        )
    programme = ServiceAccount(
        name="Portale della città",
        token_digest="programme",
        scopes="read-members",
        created_by=administrator.id,
        created_at=now,
        expires_at=NEVER,
    )
    letter = Letter(kind="news", recipient="a@ente.example", language="it", data={}, created_at=now, due_at=now)
    letter.failed_at = now
    session.add_all([programme, letter])
    places["person"] = str(people["member"].id)
    assert session.query(Invitation).count() == 1


def _end_a_twinning(made: Furnished, people: dict[str, Person]) -> None:
    """The offer of Bologna to Torino is accepted, and both sides have said how it ended."""
    now = datetime.now(UTC)
    with made.database.work() as session:
        offered = session.query(Proposal).filter_by(state="offered").one()
        deed = Deed(people["giver"].id, now)
        number = answers.accept(session, offered.id, deed, made.app.extensions["begin_twinning"], 10)
    assert number
    for who, body in (("referent", "bologna"), ("giver", "torino")):
        with made.database.work() as session:
            closing = Closing("adapted", months=9, worked="Un solo quadro di accordi", failed="I tempi delle firme")
            ending.say(session, number, body, closing, Deed(people[who].id, now))


def _add_requests(made: Furnished, people: dict[str, Person]) -> None:
    """Names of the requests in each state; a proposal that waits, one put off; rounds on trial and published; days."""
    now = datetime.now(UTC)
    with made.database.work() as session:
        bologna = registers.by_slugs(session, ["bologna"])["bologna"]
        for need in session.query(Need).order_by(Need.city_id != bologna.id, Need.id):
            made.places.setdefault(f"need_{need.state}", f"{need.id}-{need.slug}")
            if need.visibility == "anonymous":
                made.places["need_anonymous"] = f"{need.id}-{need.slug}"
        for proposal in session.query(Proposal).order_by(Proposal.id):
            made.places.setdefault(f"proposal_{proposal.state}", str(proposal.id))
        for twinning in session.query(Twinning).order_by(Twinning.id):
            made.places.setdefault(f"twinning_{twinning.state}", f"{twinning.id}-{twinning.slug}")
            made.places.setdefault(f"proof_{twinning.state}", twinning.verification)
        torino = registers.by_slug(session, "torino")
        assert torino is not None
        state_capacity(session, torino, {"2026-4": 12}, ["2026-4"], Deed(people["giver"].id, now))
    coordinator = Deed(people["coordinator"].id, now + timedelta(seconds=1))
    engine = made.app.extensions["engine"]
    # The preview first: it has proposals, and by now there are others of its requests.
    for name in ("preview", "published"):
        with made.database.work() as session:
            made.places[f"round_{name}"] = str(preview(session, engine, f"Turno {name}", coordinator).id)
            if name == "published":
                session.flush()
                rounds.publish(session, int(made.places["round_published"]), 10, coordinator)
    with made.database.work() as session:
        failed = preview(session, engine, "Turno non riuscito", coordinator)
        failed.state = "computing"
        session.flush()
        rounds.finish(session, failed.id, None, datetime.now(UTC))
        made.places["round_failed"] = str(failed.id)
    with made.database.reading() as session:
        waiting = session.query(Proposal).filter_by(state="waiting").order_by(Proposal.id)
        made.places["proposal_to_answer"] = next(str(item.id) for item in waiting if item.giver.slug == "torino")

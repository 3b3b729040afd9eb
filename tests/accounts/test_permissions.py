# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every role and programme on every page, on one's own and another city's things: what the policy states happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app import access, create_app
from app.access import NOBODY, Action, Actor, Role, Thing
from app.accounts import rules
from app.accounts.models import Invitation, Person, ServiceAccount
from app.cities.queries import by_slugs
from app.cities.rules import NewBody
from app.config import Settings
from app.db import Database
from app.needs.models import Need, Proposal
from app.needs.service import Deed
from app.operations.service import register_body
from app.outbox.models import Letter
from app.review.models import Comment, PageReport, Review
from app.search.engine import Engine
from app.solutions.models import Solution
from app.twinnings.models import KitCheck, Meeting, Milestone, Twinning, TwinningFile, TwinningParty, TwinningPerson
from app.web.gate import STATIC
from app.writing.models import Attachment
from tests.makers import NOW, make_person, make_registers, make_solution, sign_in
from tests.needs.network import preview
from tests.stores import SqliteStores

SIDES = {"own": ("bologna", "suap"), "other": ("torino", "appalti")}
ROLES: dict[str, tuple[tuple[Role, str], ...]] = {
    "reader": (),
    "official": ((Role.OFFICIAL, "bologna"),),
    "referent": ((Role.REFERENT, "bologna"),),
    "receiver": ((Role.OFFICIAL, "venezia"),),
    "expert": ((Role.EXPERT, "suap"),),
    "coordinator": ((Role.COORDINATOR, ""),),
    "administrator": ((Role.ADMINISTRATOR, ""),),
}
#: Programmes: the scopes of their token, and the body they write drafts for.
PROGRAMMES = {
    "reading programme": ("read-library read-members", ""),
    "writing programme": ("write-drafts", "bologna"),
    "watching programme": ("read-metrics", ""),
}
#: What a programme may ask for beside drafts and measures, whatever else it might do.
DATA = (".json", ".csv")

#: Pages whose thing is personal, or proved by a secret in the address: tested where they belong, not here.
PERSONAL = {
    "pages.written": "everybody reads them; the small installation of this test has none",
    "pages.ready": "a probe: it says whether the installation is well, to everybody",
    "review.release": "only the one who took it in charge leaves it",
    "accounts.invitation": "the link is the permission",
    "accounts.new_password": "the link is the permission",
    "accounts.sign_out": "ends the log-in the test stands on",
    "notices.unsubscribe": "the signed link is the permission",
    "notices.open_notice": "a notice belongs to one person",
    "notices.rename": "a saved search belongs to one person: tests/notices/test_saved_searches.py",
    "profile.end_sign_in": "a log-in belongs to one person",
    "workbench.shared_file": "its bytes are not there: tests/twinnings",
    "kits.picture": "as a file of the kit, and as the versions that show it: tests/writing/test_kit.py",
    "kits.attachment": "what a file is open to follows its own visibility: tests/writing/test_kit.py",
    "own.change_email": "the link is the permission",
    "twinnings.adapted": "missing for what is no variant: tests/twinnings",
    "twinnings.verify": "the code of the certificate is the permission",
    "twinnings.certificate": "missing until the transfer is closed",
    "proposals.withdraw": "only the request it answers withdraws it: tests/needs",
    "own.erase": "ends the account the test stands on",
    "passkeys.rename": "a passkey belongs to one person",
    "passkeys.remove": "a passkey belongs to one person",
    "sso.unlink": "an identity belongs to one person",
    "second_factor.remove_app": "missing for whoever has no app",
    "second_factor.ask": "leads to the log-in whoever has not given a password",
    **dict.fromkeys(
        ("passkeys.come_in", "passkeys.challenge", "passkeys.as_second_factor", "passkeys.confirm"),
        "an answer to a challenge, which the test has not asked for",
    ),
    **dict.fromkeys(("sso.start", "sso.back", "sso.leave"), "missing where no provider is configured"),
}
#: Pages that ask for more than they declare, because it depends on what waits: a version waiting for its city.
ASKS = {
    **dict.fromkeys(("review.claim", "review.send_back"), Action.APPROVE_SOLUTION),
    **dict.fromkeys(("proposals.accept", "proposals.postpone", "proposals.decline"), Action.ANSWER_PROPOSAL),
    "people.erase": Action.OPERATE,
}
#: Pages on which one speaks for the body that is typed.
SPOKEN = (
    *("workbench.say", "workbench.begin_variant", "workbench.count_hours", "workbench.take_back_hours"),
    "workbench.answer_readiness",
)
#: What has to be typed so that the page finds the thing it is about.
TYPED = {
    "notices.follow": {"kind": "theme", "key": "suap"},
    "drafts.restore": {"number": "1"},
    "matches.ask": {"solution": "pubblica-torino"},
    **{page: {"body": "@body"} for page in SPOKEN},
    "workbench.count_hours": {"body": "@body", "on": "2026-11-22"},
}
REFUSED = {401, 403, 404}
TO_LOG_IN = ("/accedi", "/conferma-identita")


@dataclass
class Place:
    """The arguments of an address, and the thing they name."""

    values: dict[str, Any]
    thing: Thing | None = None


@dataclass
class World:
    """An installation with the things of two cities, and somebody of each role with an open log-in, and programmes."""

    app: Flask
    places: dict[tuple[str, str], Place]
    clients: dict[str, FlaskClient]
    actors: dict[str, Actor]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("permissions")
    app = create_app(
        Settings(data=str(folder), database_url=SqliteStores(folder).new(), log_level="ERROR", feedback="a@b.it")
    )
    app.config["WTF_CSRF_ENABLED"] = False
    database: Database = app.extensions["database"]
    with database.work() as session:
        make_registers(session)
        places = {
            key: place for side in SIDES for key, place in furnish(session, side, app.extensions["engine"]).items()
        }
        people = {name: make_person(session, *roles, name=name) for name, roles in ROLES.items()}
        actors = {name: person.actor for name, person in people.items()}
        actors |= {name: make_programme(session, name) for name in PROGRAMMES}
    clients = {name: sign_in(app.test_client(), person) for name, person in people.items()}
    clients |= {name: with_token(app.test_client(), name) for name in PROGRAMMES}
    undo(database)
    yield World(app, places, {"nobody": app.test_client(), **clients}, {"nobody": NOBODY, **actors})
    database.close()


def make_programme(session: Session, name: str) -> Actor:
    """A service account whose token is its name; what it may do follows from its scopes and its body."""
    scopes, body = PROGRAMMES[name]
    common = {"created_at": NOW, "expires_at": NOW.replace(year=2999)}
    made = ServiceAccount(name=name, token_digest=rules.digest(name), scopes=scopes, body=body, **common)
    session.add(made)
    session.flush()
    return Actor(-made.id, frozenset({(Role.SERVICE, body)}), frozenset(scopes.split()))


def with_token(client: FlaskClient, token: str) -> FlaskClient:
    client.environ_base |= {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_ACCEPT": "application/json"}
    return client


def undo(database: Database) -> None:
    """From now on every unit of work of the database leaves nothing behind, so that no page changes the next answer."""

    @contextmanager
    def undone(patience: int = 0) -> Iterator[Session]:
        session = database._writing()
        session.begin()
        try:
            yield session
            session.flush()
        finally:
            session.expunge_all()
            session.rollback()
            session.close()

    database.work = undone  # type: ignore[method-assign]


def furnish(session: Session, side: str, engine: Engine) -> dict[tuple[str, str], Place]:
    """The things of one city, each under the kind of address that names it."""
    body, theme = SIDES[side]
    public = make_solution(session, f"pubblica-{body}", city=body, themes=[theme])
    inner = make_solution(session, f"interna-{body}", city=body, themes=[theme], visibility="members")
    make_solution(session, f"aperta-{body}", city=body, themes=[theme], visibility="members")
    opened = make_solution(session, f"aperta-{body}", city=body, themes=[theme])
    draft = make_solution(session, f"bozza-{body}", city=body, themes=[theme], badge=None)
    shared = make_solution(session, f"per-chi-la-prende-{body}", city=body, themes=[theme], visibility="twin")
    twin(session, f"{side} too", body, shared)
    review = Review(solution_id=draft.id, revision_number=1, step="approval", state="open", asked_by=None, asked_at=NOW)
    comment = Comment(solution_id=draft.id, kind="review", section="", text="Da completare.", created_at=NOW)
    invitation = Invitation(
        email=f"invitato@{body}.example",
        role="official",
        scope=body,
        token_digest=body,
        created_at=NOW,
        expires_at=NOW.replace(year=2999),
    )
    person = make_person(session, (Role.OFFICIAL, body), (Role.OFFICIAL, "venezia"), email=f"altra@{body}.example")
    need, hidden, proposal = ask(session, body, theme, public)
    service = ServiceAccount(
        name=f"servizio {side}", token_digest=f"s{side}", created_at=NOW, expires_at=NOW.replace(year=2999)
    )
    attachment = Attachment(
        solution_id=draft.id,
        digest="0" * 64,
        name="schema.pdf",
        code="pdf",
        mime="application/pdf",
        size=1,
        title="Schema",
        document_kind="accordo",
        added_at=NOW,
        text_state="done",
    )
    letter = Letter(kind="news", recipient="a@b.it", language="it", data={}, created_at=NOW, due_at=NOW, failed_at=NOW)
    report = PageReport(path="/citta", title="Città", body=body, theme=theme, text="È sbagliato.", created_at=NOW)
    session.add_all([review, comment, report, invitation, letter, service, attachment])
    session.flush()
    return {
        (side, "public solution"): Place({"slug": public.slug}, public.thing),
        (side, "solution for members"): Place({"slug": inner.slug}, inner.thing),
        (side, "solution for its transfer"): Place({"slug": shared.slug}, shared.thing),
        (side, "draft"): Place({"slug": draft.slug}, draft.thing),
        (side, "review"): Place({"slug": draft.slug, "number": review.id}, draft.thing),
        (side, "comment"): Place({"slug": draft.slug, "number": comment.id}, draft.thing),
        (side, "report"): Place({"number": report.id}, report.thing),
        (side, "version"): Place({"slug": public.slug, "number": 1}, public.thing),
        (side, "version for members"): Place({"slug": opened.slug, "number": 1}, inner.thing),
        (side, "version for all after it"): Place({"slug": opened.slug, "number": 2}, opened.thing),
        (side, "invitation"): Place({"number": invitation.id}, Thing(bodies=frozenset({body}))),
        (side, "person"): Place({"number": person.id}, thing_of(person)),
        (side, "role"): Place({"number": person.id, "assignment": person.assignments[0].id}, thing_of(person)),
        (side, "city"): Place({"slug": body}),
        (side, "theme"): Place({"slug": theme}),
        (side, "act"): Place({"slug": act_of(public)}),
        (side, "file of the map"): Place({"number": 1}),
        (side, "letter"): Place({"number": letter.id}),
        (side, "service"): Place({"number": service.id}),
        (side, "file"): Place({"slug": draft.slug, "number": attachment.id}, draft.thing),
        (side, "open need"): Place({"number": need.id, "slug": need.slug}, need.thing),
        (side, "need draft"): Place({"number": hidden.id, "slug": hidden.slug}, hidden.thing),
        (side, "twinning"): (twinning := twin(session, side, body, public)),
        (side, "side of a twinning"): Place(twinning.values, Thing(bodies=frozenset({body}))),
        (side, "proposal"): Place({"number": proposal.id}, proposal.thing),
        (side, "body"): Place({"slug": body}, Thing(bodies=frozenset({body}))),
        (side, "registered body"): Place({"slug": registered(session, f"Ente {side}")}),
        (side, "round"): Place({"number": made_round(session, side, engine), "place": 0}),
    }


def ask(session: Session, body: str, theme: str, solution: Solution) -> tuple[Need, Need, Proposal]:
    """An open request and a draft of a city, and a proposal that asks it for its solution."""
    cities = by_slugs(session, [body, "venezia"])
    common = {"problem": "Un problema.", "constraints": {}, "formats": [], "created_at": NOW, "updated_at": NOW}
    made = [
        Need(
            slug="richiesta",
            title="Richiesta",
            themes=[theme],
            state=state,
            city=cities[slug],
            published_at=NOW,
            **common,
        )
        for state, slug in (("open", body), ("draft", body), ("open", "venezia"))
    ]
    session.add_all(made)
    session.flush()
    proposal = Proposal(
        need=made[2], solution=solution, giver=cities[body], origin="picked", grounds={}, asked_at=NOW, state="waiting"
    )
    session.add(proposal)
    session.flush()
    return made[0], made[1], proposal


def twin(session: Session, side: str, body: str, solution: Solution) -> Place:
    """A transfer from a city to Venezia, with one of each thing its addresses name."""
    cities = by_slugs(session, [body, "venezia"])
    twinning = Twinning(
        slug="trasferimento",
        title="Trasferimento",
        solution=solution,
        lead_id=cities["venezia"].id,
        began_at=NOW,
        verification=side,
    )
    twinning.parties = [
        TwinningParty(city=cities[body], role="giver"),
        TwinningParty(city=cities["venezia"], role="receiver"),
    ]
    colleague = make_person(session, (Role.OFFICIAL, "venezia"), email=f"collega@{side}.example")
    twinning.people = [TwinningPerson(person_id=colleague.id, city_id=cities["venezia"].id)]
    milestone = Milestone(phase="capire", position=0, due_on=NOW.date())
    twinning.milestones = [milestone]
    session.add(twinning)
    session.flush()
    meeting = Meeting(twinning_id=twinning.id, uid=side, title="Avvio", starts_at=NOW, minutes=60)
    piece = KitCheck(twinning_id=twinning.id, title="Schema")
    shared = TwinningFile(
        twinning_id=twinning.id,
        city_id=cities[body].id,
        digest="0" * 64,
        name="bozza.pdf",
        code="pdf",
        mime="application/pdf",
        size=1,
        title="Bozza",
        added_at=NOW,
    )
    session.add_all([meeting, piece, shared])
    session.flush()
    named = {"milestone": milestone.id, "person": colleague.id, "meeting": meeting.id, "piece": piece.id, "entry": 1}
    values = {"number": twinning.id, "slug": twinning.slug, "name": "lettera", "form": "md", "body": body, **named}
    return Place({**values, "file": shared.id}, twinning.thing)


def made_round(session: Session, side: str, engine: Engine) -> int:
    made = preview(session, engine, f"Turno {side}", Deed(None, NOW))
    made.state = "published"
    session.flush()
    return made.id


def thing_of(person: Person) -> Thing:
    return Thing(bodies=frozenset(item.scope for item in person.assignments))


def registered(session: Session, name: str) -> str:
    return register_body(session, NewBody(name, "provincia"), 0, NOW).slug


def act_of(solution: Solution) -> str:
    return solution.acts[0].act.slug


SHEETS = ("public solution", "solution for members", "solution for its transfer", "draft")
#: Which things an address can name, by its page; a page that is missing here fails the test below.
NAMES: dict[str, tuple[str, ...]] = {
    "people.withdraw": ("invitation",),
    "people.take_role": ("role",),
    "people.disable": ("person",),
    "people.enable": ("person",),
    "people.erase": ("person",),
    "services.revoke": ("service",),
    "kits.remove": ("file",),
    "kits.put_back": ("file",),
    "kits.describe": ("file",),
    "boards.feed_of_theme": ("theme",),
    "boards.capacity": ("body",),
    **dict.fromkeys(("bodies.edit", "bodies.correct"), ("registered body",)),
    "boards.state_capacity": ("body",),
    **dict.fromkeys(("rounds.show", "rounds.stored", "rounds.publish", "rounds.again", "rounds.discard"), ("round",)),
    **dict.fromkeys(("rounds.set_floor", "rounds.renew", "rounds.exchange", "rounds.withdraw_exchange"), ("round",)),
    "operations.retry": ("letter",),
    **dict.fromkeys(SPOKEN, ("side of a twinning",)),
    "library.city": ("city",),
    "city_pages.report": ("city",),
    "feeds.city": ("city",),
    "library.theme": ("theme",),
    "feeds.theme": ("theme",),
    "library.act": ("act",),
    "pages.sitemap_part": ("file of the map",),
    "solutions.show_json": SHEETS,
    "solutions.version": ("version", "version for members", "version for all after it"),
    **dict.fromkeys(("solutions.show", "solutions.show_markdown", "solutions.show_pdf"), SHEETS),
    **dict.fromkeys(("solutions.versions", "solutions.differences"), SHEETS),
    "queues.resolve_report": ("report",),
    "queues.story_csv": ("draft",),
    "queues.story_json": ("draft",),
    "review.resolve": ("comment",),
    **dict.fromkeys(("review.approve", "review.assign", "review.claim", "review.make_ready"), ("review",)),
    **dict.fromkeys(("review.send_back", "review.withdraw", "review.validate"), ("review",)),
}
OF_SOLUTIONS = {"solutions", "writing", "drafts", "hinting", "review", "reader", "kits", "programmes"}
OF_NEEDS = {"needs", "matches"}
OF_TWINNINGS = {"twinnings", "workbench", "acts"}


def kinds_of(rule: Rule) -> tuple[str, ...]:
    """What the address of a page can name: nothing for a page without a variable part."""
    if rule.endpoint in NAMES:
        return NAMES[rule.endpoint]
    if rule.arguments == {"slug"} and rule.endpoint.partition(".")[0] in OF_SOLUTIONS:
        return ("public solution", "draft")
    blueprint = rule.endpoint.partition(".")[0]
    if rule.arguments == {"number", "slug"} and blueprint in OF_NEEDS:
        return ("open need", "need draft")
    if blueprint in OF_TWINNINGS and "number" in rule.arguments:
        return ("twinning",)
    if blueprint == "proposals":
        return ("proposal",)
    return ("",) if not rule.arguments or rule.arguments == {"name"} else ()


def pages(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in {*STATIC, *PERSONAL}]


def test_every_page_has_its_place_in_the_matrix(world: World) -> None:
    without = sorted({rule.endpoint for rule in pages(world.app) if not kinds_of(rule)})
    assert not without, f"say in NAMES what the addresses of these pages name (or in PERSONAL why not): {without}"


def cases(world: World, rule: Rule) -> Iterator[tuple[str, Place]]:
    for kind in kinds_of(rule):
        if not kind:
            yield "", Place({"name": first_name(rule)} if rule.arguments else {})
            continue
        for side in SIDES:
            yield f"{side} {kind}", world.places[side, kind]


def first_name(rule: Rule) -> str:
    """The first of the words an address may have in its place."""
    return rule.rule.partition("any('")[2].partition("'")[0]


@pytest.mark.slow
def test_what_each_role_may_do_is_what_the_policy_states(world: World) -> None:
    differences, tried = [], 0
    for rule in pages(world.app):
        declared: Action = vars(world.app.view_functions[rule.endpoint])["action"]
        action = ASKS.get(rule.endpoint, declared)
        for what, place in cases(world, rule):
            with world.app.test_request_context():
                values = {name: value for name, value in place.values.items() if name in rule.arguments}
                address = world.app.url_for(rule.endpoint, **values)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                for name, client in world.clients.items():
                    tried += 1
                    actor = world.actors[name]
                    wanted = access.may(actor, declared) and access.may(actor, action, place.thing)
                    if name in PROGRAMMES:
                        wanted = wanted and open_to_programmes(declared, method, address)
                    answer = client.open(address, method=method, data=typed(rule, method, place))
                    status, location = answer.status_code, answer.headers.get("Location", "")
                    if status >= 500 or allowed(status, location) is not wanted:
                        differences.append(
                            f"{name} {method} {rule.endpoint} {what}: {status}, the policy says {wanted}"
                        )
    assert not differences, "\n".join(differences)
    assert tried > 1_000


def typed(rule: Rule, method: str, place: Place) -> dict[str, str] | None:
    """What is typed; ``@name`` stands for a value of the place."""
    if method != "POST":
        return None
    said = TYPED.get(rule.endpoint, {})
    return {name: str(place.values[value[1:]]) if value[0] == "@" else value for name, value in said.items()}


def open_to_programmes(declared: Action, method: str, address: str) -> bool:
    """Programmes read data and send drafts: no page is theirs, and nothing else is changed by them."""
    is_data = address.endswith(DATA) or declared is Action.READ_METRICS
    return declared is Action.SEND_DRAFT or (method == "GET" and is_data)


def allowed(status: int, location: str) -> bool:
    """Whether an answer let the person pass: a refusal is 401, 403, 404 or the way to the log-in."""
    return status not in REFUSED and not location.startswith(TO_LOG_IN)

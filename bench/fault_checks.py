# SPDX-License-Identifier: AGPL-3.0-or-later
"""What must hold after the site was killed: nothing acknowledged is lost, nothing is half there, nothing is doubled."""

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database
from app.files.store import Store
from app.journal.models import JournalEntry
from app.journal.service import broken
from app.needs.models import Need, Proposal
from app.needs.rules import PENDING
from app.outbox.models import Letter
from app.search.indexer import Indexer
from app.solutions.models import Solution
from app.solutions.queries import by_slug
from app.twinnings import queries
from app.twinnings.models import ClosingForm, Milestone, Twinning, TwinningParty
from app.twinnings.rules import SHARING
from app.writing import queries as writing_queries
from app.writing.models import Attachment
from app.writing.service import opened
from bench.fault_clients import Ledger

INDEX_SECONDS = 20.0
SAVED = re.compile(r"alvat[ao] (\d+) volte")
#: The one letter that two events make in the same words: the clients let one city re-use one solution several times.
AGAIN = "è stata riusata "


def lost(session: Session, ledger: Ledger) -> Iterator[str]:
    """Acknowledged writes that are not there."""
    for slug, (acknowledged, _under_way) in ledger.drafts.items():
        solution = by_slug(session, slug)
        if solution is None:
            yield f"draft {slug}"
        elif acknowledged and max(_numbers(session, slug), default=0) < acknowledged:
            yield f"draft {slug}, save {acknowledged}"
    problems = {need.id: need.problem for need in session.scalars(select(Need))}
    yield from (f"request {number}" for number, said in ledger.needs.items() if problems.get(number) != said)
    states = {proposal.id: proposal.state for proposal in session.scalars(select(Proposal))}
    yield from (f"yes to proposal {number}" for number in ledger.accepted if states.get(number) != "accepted")
    yield from (f"no to proposal {number}" for number in ledger.declined if states.get(number) != "declined")
    ends = {need.id: need.state for need in session.scalars(select(Need))}
    yield from (f"end of request {number}" for number in ledger.closed if ends.get(number) != "closed")
    yield from _lost_steps(session, ledger)
    named = {(file.solution.slug, file.digest) for file in session.scalars(select(Attachment))}
    yield from (f"file {slug} {digest}" for slug, digest in ledger.files if (slug, digest) not in named)


def _lost_steps(session: Session, ledger: Ledger) -> Iterator[str]:
    done = set(session.scalars(select(Milestone.id).where(Milestone.done_at.is_not(None))))
    yield from (f"milestone {number}" for number in ledger.ticked if number not in done)
    forms = Counter(session.scalars(select(ClosingForm.twinning_id)))
    yield from (f"closing form of {number}" for number, sent in Counter(ledger.spoken).items() if forms[number] < sent)
    states = {twinning.id: twinning.state for twinning in session.scalars(select(Twinning))}
    yield from (f"stop of twinning {number}" for number in ledger.stopped if states.get(number) != "stopped")


def _numbers(session: Session, slug: str) -> set[int]:
    solution = by_slug(session, slug)
    assert solution is not None
    state = opened(session, solution).state
    texts = [*map(str, state.fields.values()), *state.sections.values()]
    return {int(found) for text in texts for found in SAVED.findall(text)}


def half_saved(session: Session, ledger: Ledger, files: Store) -> Iterator[str]:
    """Things of which one part was kept and another was not."""
    for slug, (acknowledged, under_way) in ledger.drafts.items():
        found = _numbers(session, slug) if by_slug(session, slug) else set()
        # Of the saves that were cut off since the last acknowledged one, any may be the last that was written.
        if len(found) > 1 or not all(acknowledged <= number <= under_way for number in found):
            yield f"draft {slug} holds parts of saves {sorted(found)}"
    rows = Counter((row.action, row.key) for row in session.scalars(select(JournalEntry)))
    begun = Counter(session.scalars(select(Twinning.proposal_id)))
    running = set(session.scalars(select(Twinning.proposal_id).where(Twinning.state == "running")))
    parties = Counter(session.scalars(select(TwinningParty.twinning_id)))
    for proposal in session.scalars(select(Proposal)):
        yes = proposal.state == "accepted"
        told = rows["proposal-accepted", str(proposal.id)]
        matched = proposal.need.state == "matched"
        if (int(yes), int(yes)) != (begun[proposal.id], told) or matched != (proposal.id in running):
            stands = f"{proposal.state}, {proposal.need.state}, {told} rows, {begun[proposal.id]} twinnings"
            yield f"proposal {proposal.id}: {stands}"
    yield from _half_ended(session, rows)
    yield from _half_worked(session, rows)
    yield from (f"twinning {made} without both sides" for made, count in parties.items() if count != 2)
    yield from (f"request {need.id} without its row" for need in _untold(session, rows))
    yield from (f"file {digest} has a row only" for digest in files.missing(writing_queries.known_digests(session)))


def _half_ended(session: Session, rows: Counter[tuple[str, str]]) -> Iterator[str]:
    """Proposals and requests that ended without their row, or with two; a no that was not passed on."""
    pending, origins = Counter[int](), Counter[tuple[int, str]]()
    for proposal in session.scalars(select(Proposal)):
        pending[proposal.need_id] += proposal.state in PENDING
        origins[proposal.need_id, proposal.origin] += 1
        for end in ("declined", "withdrawn", "expired"):
            if rows[f"proposal-{end}", str(proposal.id)] != int(proposal.state == end):
                yield f"proposal {proposal.id}: {proposal.state}, {end}"
    for proposal in session.scalars(select(Proposal).where(Proposal.state == "declined")):
        if origins[proposal.need_id, "next"] != 1:
            yield f"proposal {proposal.id}: refused, passed on {origins[proposal.need_id, 'next']} times"
    for need in session.scalars(select(Need)):
        if rows["need-closed", str(need.id)] != int(need.state == "closed"):
            yield f"request {need.id}: {need.state}"
        if need.state != "open" and pending[need.id]:
            yield f"request {need.id}: {need.state}, and somebody has to answer"


#: The state of a request by that of the twinning that came of it.
NEED_OF = {"running": "matched", "stopped": "open", "closed": "closed"}


def _half_worked(session: Session, rows: Counter[tuple[str, str]]) -> Iterator[str]:
    """Steps of twinnings without their row, or with two; a request, or a source, that does not know how they ended."""
    # The last step is done with the closing, and told by its row.
    steps = select(Milestone.twinning_id).where(Milestone.done_at.is_not(None))
    done = Counter(session.scalars(steps.where(Milestone.key != SHARING)))
    shared = set(session.scalars(steps.where(Milestone.key == SHARING)))
    forms = Counter(session.scalars(select(ClosingForm.twinning_id)))
    needs = {need.id: need.state for need in session.scalars(select(Need))}
    reused = Counter[int]()
    for twinning in session.scalars(select(Twinning)):
        key, stopped, closed = str(twinning.id), twinning.state == "stopped", twinning.state == "closed"
        stands = (done[twinning.id], forms[twinning.id], int(stopped), int(closed), int(stopped))
        told = tuple(rows[action, key] for action in ("milestone-done", "closing-said", "twinning-stopped"))
        told += (rows["twinning-closed", key], rows["need-reopened", str(twinning.need_id)])
        ended = forms[twinning.id] == len(twinning.parties)
        if stands != told or not (closed == ended == (twinning.id in shared)):
            yield f"twinning {key}: {twinning.state}, {stands}, rows {told}"
        if needs[twinning.need_id or 0] != NEED_OF[twinning.state]:
            yield f"twinning {key}: {twinning.state}, its request {needs[twinning.need_id or 0]}"
        results = [form.said["result"] for form in queries.closing(session, twinning.id) if form.side == "receiver"]
        reused[twinning.solution_id] += closed and results == ["adapted"]
    for solution in session.scalars(select(Solution)):
        if len(solution.front.get("reused_by") or ()) != reused[solution.id]:
            yield f"solution {solution.slug}: {reused[solution.id]} twinnings, {solution.front.get('reused_by')}"


def _untold(session: Session, rows: Counter[tuple[str, str]]) -> Iterator[Need]:
    for need in session.scalars(select(Need)):
        if sum(count for (action, key), count in rows.items() if key == str(need.id) and "need" in action) < 1:
            yield need


def doubled(session: Session, taken: list[tuple[str, str, str]]) -> Iterator[str]:
    """Letters written twice, or sent twice as two letters; ``taken`` holds recipient, identity and text."""
    keys = select(Letter.once).group_by(Letter.once).having(func.count() > 1).where(Letter.once.is_not(None))
    yield from (f"letter {key} is written twice" for key in session.scalars(keys))
    written = Counter((letter.recipient, str(letter.data)) for letter in session.scalars(select(Letter)))
    yield from (f"{count} letters to {who} say the same" for (who, _text), count in written.items() if count > 1)
    identities: dict[tuple[str, str], set[str]] = {}
    for recipient, identity, text in taken:
        identities.setdefault((recipient, text), set()).add(identity)
    for (who, text), ids in identities.items():
        said = " ".join(text.split())
        if len(ids) > 1 and AGAIN not in said:
            yield f"{len(ids)} letters sent to {who}: {said[:300]}"


def damaged(database: Database, address: Path | None) -> Iterator[str]:
    """The chain of the journal, and the pages of a SQLite file."""
    with database.reading() as session:
        row = broken(session)
    if row is not None:
        yield f"the journal is broken at row {row}"
    if address is not None:
        with closing(sqlite3.connect(address)) as looked:
            [[said]] = looked.execute("PRAGMA quick_check(1)").fetchall()
        if said != "ok":
            yield f"the database file: {said}"


def drifted(indexer: Indexer) -> Iterator[str]:
    """What the index says otherwise than the database, once the indexer had time to catch up."""
    until = time.monotonic() + INDEX_SECONDS
    drift = indexer.check()
    while not drift.none and time.monotonic() < until:
        time.sleep(0.2)
        drift = indexer.check()
    yield from (f"the index: {identity}" for identity in (*drift.missing, *drift.phantom, *drift.stale))

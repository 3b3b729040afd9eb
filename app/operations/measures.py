# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the site stands, in numbers for programmes that watch over it: asked when it is told, as Prometheus names it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import schema
from app.document.schema import BADGES
from app.later import later
from app.needs import queries as needs
from app.operations import queries
from app.operations.chores import ChainBroken
from app.operations.models import ChoreRun
from app.operations.state import CHAIN, Room
from app.outbox import queries as outbox
from app.search import queries as search
from app.solutions import queries as library
from app.twinnings import queries as twinnings

if TYPE_CHECKING:
    from prometheus_client import metrics_core
else:
    metrics_core = later("prometheus_client.metrics_core")

Families = Iterator["metrics_core.Metric"]


class Known(Protocol):
    """A chore as the factory lists it."""

    @property
    def name(self) -> str: ...
    @property
    def every_seconds(self) -> float: ...


@dataclass(frozen=True)
class Figures:
    """What the database tells."""

    backlog: int
    oldest: datetime | None
    letters: Mapping[str, int]
    runs: Mapping[str, ChoreRun]
    solutions: Mapping[str, int]
    needs: int
    twinnings: int


def measured(session: Session) -> tuple[dict[str, bool], Figures | None]:
    """Whether database and tables are there, and their figures where they are."""
    stands = schema.standing(session)
    try:
        return stands, _figures(session) if all(stands.values()) else None
    except DBAPIError:
        # It went away between two questions.
        return {**stands, "database": False}, None


def _figures(session: Session) -> Figures:
    return Figures(
        backlog=search.backlog(session),
        oldest=search.oldest_change(session),
        letters=outbox.by_state(session),
        runs={run.name: run for run in queries.chore_runs(session)},
        solutions=library.by_badge(session),
        needs=needs.number_open(session),
        twinnings=twinnings.number_running(session),
    )


def of_machine(stands: Mapping[str, bool], room: Room | None, version: str) -> Families:
    """What is told with the database or without it."""
    yield _by("release_info", "The release that is running, as a label.", "version", {version: 1})
    yield _by("ready", "Whether each part the site needs is there (1) or not (0), as /readyz says.", "part", stands)
    if room is not None:
        yield _one("data_disk_free_bytes", "Bytes free on the disk of the data folder.", room.free)
        yield _one("data_disk_size_bytes", "Bytes of the disk of the data folder.", room.size)


def of_database(figures: Figures, chores: Sequence[Known], now: datetime) -> Families:
    yield _one("index_changes_waiting", "Changes that the search index does not have yet.", figures.backlog)
    age = max((now - figures.oldest).total_seconds(), 0) if figures.oldest else 0
    yield _one("index_oldest_change_age_seconds", "How long the oldest of them has waited; 0 where none does.", age)
    text = "Letters not sent: waiting for the first attempt, retried after one in vain, failed (given up)."
    yield _by("letters", text, "state", figures.letters)
    yield from _of_chores(figures.runs, chores)
    yield from _of_journal(figures.runs.get(CHAIN))
    text = "Published solutions by badge, those made up for trying the site left out."
    yield _by("solutions", text, "badge", {badge: figures.solutions.get(badge, 0) for badge in BADGES})
    yield _one("needs_open", "Requests of cities that are open on the board.", figures.needs)
    yield _one("twinnings_running", "Twinnings that are running.", figures.twinnings)


def _of_chores(runs: Mapping[str, ChoreRun], chores: Sequence[Known]) -> Families:
    ended = {chore.name: _instant(runs[chore.name].last_run_at if chore.name in runs else None) for chore in chores}
    well = {chore.name: _instant(runs[chore.name].last_ok_at if chore.name in runs else None) for chore in chores}
    wrong = {chore.name: chore.name in runs and bool(runs[chore.name].last_error) for chore in chores}
    every = {chore.name: chore.every_seconds for chore in chores}
    text = "When each chore of the worker last ended; 0 for never."
    yield _by("chore_last_run_timestamp_seconds", text, "chore", ended)
    yield _by("chore_last_success_timestamp_seconds", "When it last ended well; 0 for never.", "chore", well)
    yield _by("chore_failing", "Whether its last run went wrong (1) or well (0).", "chore", wrong)
    yield _by("chore_interval_seconds", "How often it is due.", "chore", every)


def _of_journal(proof: ChoreRun | None) -> Families:
    """Of the last proof of the whole journal; nothing before the first one."""
    if proof is None:
        return
    is_broken = proof.last_error.startswith(f"{ChainBroken.__name__}:")
    if proof.last_ok_at is not None or is_broken:
        text = "Whether every row of the journal follows from the one before (1) or not (0)."
        yield _one("journal_intact", text, not is_broken)
    text = "When the journal was last found whole; 0 for never."
    yield _one("journal_verified_timestamp_seconds", text, _instant(proof.last_ok_at))
    if not proof.last_error:
        text = "Rows of the journal when it was last found whole: the number never falls."
        yield _one("journal_rows", text, proof.done)


def _instant(when: datetime | None) -> float:
    return when.timestamp() if when else 0


def _one(name: str, text: str, value: float) -> "metrics_core.Metric":
    return metrics_core.GaugeMetricFamily(f"twinmetro_{name}", text, value=value)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> "metrics_core.Metric":
    """One value for each word of a short list: none that anybody typed."""
    family = metrics_core.GaugeMetricFamily(f"twinmetro_{name}", text, labels=[label])
    for word, value in values.items():
        family.add_metric([word], float(value))
    return family

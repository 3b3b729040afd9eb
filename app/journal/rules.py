# SPDX-License-Identifier: AGPL-3.0-or-later
"""How rows are chained: each digest covers the row's content and the digest before it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

START = "0" * 64
#: What the same person sends again within this time, word for word, was sent twice: a button is pressed twice, a slow
#: answer is asked for again, a page is sent once more from the one behind it. Hours and notes, which somebody may mean
#: twice in the same words, come with a value of the form they were typed in: from a form opened anew they are others.
SAME_SENDING = timedelta(minutes=2)


@dataclass(frozen=True)
class Entry:
    """What a row of the journal says."""

    at: datetime
    actor_id: int | None
    action: str
    kind: str
    key: str
    body: str
    data: Mapping[str, Any]


def digest(entry: Entry, previous: str) -> str:
    """SHA-256 (hexadecimal) of the digest before and of the entry as JSON with sorted names."""
    said = [
        previous,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.action,
        entry.kind,
        entry.key,
        entry.body,
        dict(entry.data),
    ]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def first_broken(rows: Iterable[tuple[int, Entry, str, str]]) -> int | None:
    """Number of the first row that does not follow from the one before; None where the chain is whole.

    Each row is its number, its entry, the digest it names as previous, its own digest.
    """
    before = START
    for number, entry, previous, own in rows:
        if previous != before or digest(entry, previous) != own:
            return number
        before = own
    return None

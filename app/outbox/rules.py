# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often a letter is tried, under which name it travels, and what of it is shown or kept."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

#: A letter taken by a worker is another worker's after this long: the first one died.
#: Twice what a server may take that is slow at each of its answers.
CLAIM_LASTS = timedelta(minutes=20)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
#: Over more than five days, as mail servers try: a server that is away from Friday on is mended on Monday.
MOST_ATTEMPTS = 38
#: Sent letters are kept this long for whoever runs the site, then forgotten.
SENT_KEPT = timedelta(days=30)
FAILED_KEPT = timedelta(days=90)
MAX_ERROR = 300

#: Keys of a letter's data that let somebody in.
SECRET = frozenset({"link"})
ADDRESS = re.compile(r"[^\s<>@,;:\"'()\[\]]+@([^\s<>@,;:\"'()\[\]]+)")
RECIPIENT = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f]+")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|[\ud800-\udfff]")


def next_wait(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None where no further one is made."""
    if attempts >= MOST_ATTEMPTS:
        return None
    doublings = min(max(attempts - 1, 0), 20)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def held(claimed_at: datetime | None, own: datetime | None, now: datetime) -> bool:
    """Whether a claim is still the one that was made, and fresh enough that nobody else takes the letter."""
    return own is not None and claimed_at == own and abs(now - own) < CLAIM_LASTS / 2


def expired(expires_at: datetime | None, now: datetime) -> bool:
    """Whether what a letter leads to is closed by now: who got it would be promised what no longer opens."""
    return expires_at is not None and expires_at <= now


def message_id(number: int, created_at: datetime, host: str) -> str:
    """The name under which a letter travels each time it is sent: who gets it twice can see that it is one."""
    return f"<letter.{number}.{created_at.timestamp():.0f}@{host}>"


def masked(text: str) -> str:
    """A text with its addresses as `m***@ente.it`."""
    return ADDRESS.sub(lambda found: f"{found[0][0]}***@{found[1]}", text)


def deliverable(recipient: str) -> bool:
    """Whether this is one mailbox and nothing else."""
    return RECIPIENT.fullmatch(recipient) is not None


def one_line(text: str) -> str:
    """A text as a header may hold it."""
    return " ".join(UNSEEN.sub("", text).split())


def seen(value: Any) -> Any:
    """The data of a letter without characters that cannot be seen, at every depth."""
    if isinstance(value, str):
        return UNSEEN.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, Mapping):
        return {key: seen(inner) for key, inner in value.items()}
    return [seen(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def without_secrets(value: Any) -> Any:
    """The data of a letter without what lets somebody in, at every depth."""
    if isinstance(value, Mapping):
        return {key: without_secrets(inner) for key, inner in value.items() if key not in SECRET}
    return [without_secrets(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def address_of(root: str, language: str, path: str) -> str:
    """The full address of a path of the site in a language; what is no path of the site leads to its home page."""
    if path.startswith(f"{root}/"):
        return path
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return f"{root}/"
    prefix = "" if language == "it" or path.startswith(f"/{language}/") else f"/{language}"
    return f"{root}{prefix}{path}"

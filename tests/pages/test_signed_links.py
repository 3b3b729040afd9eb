# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every link that somebody meets on the way through their pages leads somewhere they may go."""

from collections import Counter, deque
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.pages.furnished import MAILBOXES, Furnished
from tests.pages.signed_kinds import PAGES
from tests.pages.test_links import NOT_OPENED, Page, inside

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("signed")]

#: Pages of one kind that each person opens; the links of the others are only matched with the table of addresses.
OPENED = 5
#: What every answer carries, whoever asks, data and letters for calendars included.
GUARDS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Request-ID",
)
WHO = [*MAILBOXES, "strong", "nobody"]


def endpoint(furnished: Furnished, path: str) -> str:
    """The page an address belongs to; empty where there is none."""
    plain = urlsplit(path).path.removeprefix("/en") or "/"
    try:
        found, _values = furnished.app.url_map.bind("localhost").match(plain)
    except RequestRedirect:
        return "redirect"
    except HTTPException:
        return ""
    return str(found)


@pytest.mark.parametrize("who", WHO)
def test_every_link_on_the_pages_of_a_person_answers(furnished: Furnished, who: str) -> None:
    client, opened = furnished.clients[who], Counter[str]()
    starts = [furnished.address(kind.path) for kind in PAGES.values() if kind.who == who and kind.status == 200]
    queue = deque([(path, "the list of pages") for path in ("/", "/en/", *starts)])
    seen, broken = {path for path, _source in queue}, []
    while queue:
        path, source = queue.popleft()
        kind = endpoint(furnished, path)
        opened[kind] += 1
        if kind and opened[kind] > OPENED and path not in starts:
            continue
        answer = client.get(path) if kind else None
        if answer is not None:
            broken += [f"{path} without {name}" for name in GUARDS if not answer.headers.get(name)]
        if answer is None or answer.status_code >= 400:
            broken.append(f"{path} on {source}: {answer.status_code if answer else 'no such page'}")
            continue
        page = Page(answer.text if answer.mimetype == "text/html" else "")
        for link in page.links:
            found = inside(path, link)
            if found is None or NOT_OPENED.search(found[0]):
                continue
            if found[0] == path and found[1] and found[1] not in page.ids:
                broken.append(f"{path}#{found[1]}")
            if found[0] not in seen:
                seen.add(found[0])
                queue.append((found[0], path))
    assert not broken, "\n".join(broken)
    assert len(seen) > 100

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lists of kinds of pages are whole: every address of a page is in them, or says why not."""

import re

import pytest

from tests.pages import kinds, signed_kinds
from tests.pages.furnished import Furnished

pytestmark = pytest.mark.xdist_group("signed")

#: Addresses that say by their ending that they answer data or a file.
DATA = re.compile(r"\.(atom|csv|ics|json|md|pdf|txt|xml|<[^>]*:form>)$")
#: What answers something else than a page, though its address does not say so.
NO_PAGE = {
    "kits.attachment": "a file",
    "kits.picture": "a file",
    "workbench.shared_file": "a file",
    "pages.health": "a word for machines",
    "pages.ready": "a word for machines",
    "metrics.show": "figures for machines",
    "search.suggestions": "JSON",
    "notices.follow_signed_in": "leads back to the page of the button",
    "queues.mine": "leads on to the queue where something waits",
    "sso.start": "leads on to the provider",
    "sso.back": "leads on to the desk",
}


def test_every_page_is_of_a_kind_that_is_checked_whole(furnished: Furnished) -> None:
    opened = [page.path for page in {**signed_kinds.PAGES, **signed_kinds.WITH_PROVIDER}.values() if page.typed is None]
    adapter = furnished.app.url_map.bind("localhost")
    addresses = [furnished.address(path).partition("?")[0] for path in [*kinds.PAGES.values(), *opened]]
    checked = {adapter.match(address, "GET")[0] for address in addresses}
    rules = [rule for rule in furnished.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    pages = {rule.endpoint for rule in rules if not DATA.search(rule.rule)}
    assert pages - checked == NO_PAGE.keys()

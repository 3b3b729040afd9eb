# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the checks of whole pages share: a browser page that keeps what went wrong while it was open."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.pages.watching import Watch


@pytest.fixture
def watched(page: Page, site: str) -> Iterator[Watch]:
    """A page of the running site; the test fails if it logged an error or asked another host."""
    watch = Watch(page, site)
    yield watch
    assert watch.complaints == []

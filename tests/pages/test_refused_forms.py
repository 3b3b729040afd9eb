# SPDX-License-Identifier: AGPL-3.0-or-later
"""A form that was refused opens on what is wrong, which leads to each field that is."""

import re

import pytest

from tests.pages.furnished import Furnished
from tests.pages.signed_kinds import PAGES

pytestmark = pytest.mark.xdist_group("signed")

REFUSED = [name for name, kind in PAGES.items() if kind.typed is not None and kind.status == 422]


@pytest.mark.parametrize("page_kind", REFUSED)
def test_a_refused_form_opens_on_what_is_wrong(furnished: Furnished, page_kind: str) -> None:
    page = furnished.answered(PAGES[page_kind]).text
    assert len(re.findall(r'role="alert"[^>]* autofocus>', page)) == 1


@pytest.mark.parametrize(
    ("page_kind", "field"),
    [
        *[("report-refused", "text"), ("report-refused", "email"), ("report-page-refused", "text")],
        *[("capacity-refused", "days-2026-4"), ("bodies-refused", "name"), ("bodies-refused", "kind")],
    ],
)
def test_what_is_wrong_leads_to_its_field(furnished: Furnished, page_kind: str, field: str) -> None:
    page = furnished.answered(PAGES[page_kind]).text
    assert f'href="#{field}">Vai al punto' in page
    assert f' id="{field}"' in page


def test_a_simulation_of_weights_opens_on_what_would_change(furnished: Furnished) -> None:
    page = furnished.answered(PAGES["weights-simulated"]).text
    assert re.search(r'role="status"[^>]* autofocus>.*Su \d+ richieste aperte', page)

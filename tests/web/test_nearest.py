# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the page of an address that leads nowhere offers: things called nearly so, or nothing."""

import re

import pytest
from flask.testing import FlaskClient


def offered(library: FlaskClient, path: str) -> list[str]:
    answer = library.get(path)
    assert answer.status_code == 404
    found = re.search(r'aria-labelledby="vicine">.*?</section>', answer.text, re.DOTALL)
    return re.findall(r'<li><a href="([^"]+)"', found[0]) if found else []


@pytest.mark.parametrize("path", ["/nonesiste", "/wp-login.php", "/citta/atlantide", "/soluzioni/xyzzyq-plugh"])
def test_an_address_that_was_made_up_is_given_nothing(library: FlaskClient, path: str) -> None:
    assert offered(library, path) == []


def test_a_body_is_found_under_another_of_its_names(library: FlaskClient) -> None:
    assert offered(library, "/citta/roma-capitale")[0] == "/citta/roma"
    assert offered(library, "/en/citta/roma-capitale")[0] == "/en/citta/roma"
    assert "/citta/reggio-calabria" in offered(library, "/citta/reggio-di-calabria")


def test_what_lies_beneath_a_sheet_leads_to_the_sheet(library: FlaskClient) -> None:
    sheet = "/soluzioni/suap-metropolitano-bologna"
    assert offered(library, f"{sheet}/nulla")[0] == sheet
    assert sheet in offered(library, "/soluzioni/suap-metropolitano-bolonia")

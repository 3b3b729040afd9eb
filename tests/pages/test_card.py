# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other sites show beside a link to a page of this one."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image

from app.web.languages import LANGUAGES
from tests.pages.kinds import address


def said(page: str, name: str) -> str:
    found = re.search(rf'<meta property="{name}" content="([^"]*)">', page)
    assert found, name
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["home", "solution", "search", "help"])
def test_a_page_names_a_picture_of_its_language_that_can_be_fetched(
    library: FlaskClient, kind: str, language: str
) -> None:
    page = library.get(address(kind, language)).text
    where = said(page, "og:image")
    assert re.fullmatch(rf"http://localhost/static/dist/card-{language}\.[0-9a-f]{{10}}\.png", where)
    with library.get(where.removeprefix("http://localhost")) as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        drawn = answer.data
    with Image.open(BytesIO(drawn)) as picture:
        assert picture.size == (int(said(page, "og:image:width")), int(said(page, "og:image:height"))) == (1200, 630)
    claim = {"it": "Soluzioni che passano da una città all’altra", "en": "Solutions that travel from city to city"}
    assert said(page, "og:image:alt") == f"Twin Metro. {claim[language]}"

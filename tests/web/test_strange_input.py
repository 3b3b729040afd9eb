# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is typed into an address, the site answers 200 or 4xx, and never runs or repeats it raw."""

from urllib.parse import quote, quote_from_bytes

import pytest
from flask.testing import FlaskClient

from app.web.errors import MAX_ADDRESS
from tests.naughty import RAW, lines_for

PARAMETERS = [
    "q",
    "tema",
    "citta",
    "stato",
    "evidenza",
    "distintivo",
    "dimensione",
    "norma",
    "anno",
    "ordine",
    "tipo",
    "pagina",
    "esatta",
]


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_strange_strings_in_search_parameters_are_answered(library: FlaskClient, parameter: str) -> None:
    for text in lines_for(parameter, 90):
        answer = library.get(f"/cerca?{parameter}={quote(text, errors='surrogatepass')}")
        assert answer.status_code < 500, repr(text)
        assert not [raw for raw in RAW if raw in answer.text], repr(text)


@pytest.mark.parametrize(
    "path", ["/soluzioni/{}", "/citta/{}", "/temi/{}", "/norme/{}", "/{}", "/soluzioni/{}/versioni"]
)
def test_strange_strings_in_paths_are_not_found(library: FlaskClient, path: str) -> None:
    for text in lines_for(path, 90):
        encoded = quote(text, safe="", errors="surrogatepass")
        status = library.get(path.format(encoded)).status_code
        assert status in {200, 301, 308, 400, 404, 405, 414}, repr(text)


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 10_000,
        "q=" + "piano " * 2_000,
        "&".join(f"tema=tema-{number}" for number in range(500)),
        "pagina=1000000000",
        "pagina=-1",
        "pagina=999999999999999999999999",
        "q=" + quote("\x00\x01\x02\x1b[31m"),
        "q=" + quote_from_bytes(b"\xed\xa0\x80\xff\xfe"),
        "q=" + quote('"' * 199),
        "q=" + quote("(" * 199),
        "q=" + quote("a*" * 99),
        "q=" + quote("-" * 199),
        "q=" + quote("tema:" * 39),
        "q=" + quote("art. 1, 2, 3 " * 15),
    ],
)
def test_questions_out_of_measure_are_answered(library: FlaskClient, query: str) -> None:
    for path in ("/cerca", "/cerca.json", "/cerca.csv", "/soluzioni", "/cerca/suggerimenti"):
        address = f"{path}?{query}"
        assert library.get(address).status_code == (414 if len(address) > MAX_ADDRESS else 200)


def test_strange_version_numbers_are_not_found(library: FlaskClient) -> None:
    solution = "/soluzioni/suap-metropolitano-bologna/versioni"
    for number in ("0", "99999999999999999999", "-1", "1e3", "%00"):
        assert library.get(f"{solution}/{number}").status_code == 404
        assert library.get(f"{solution}/differenze?da={number}&a={number}").status_code in {200, 404}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Limits that a request sets apart from the score: typed, refused, kept as editions, told to its city."""

from typing import Any

import pytest
from flask import Flask

from app.access import Role
from app.errors import Invalid
from app.needs import queries
from app.needs.models import Need
from tests.makers import make_solution
from tests.needs.network import Network
from tests.needs.test_pages import TYPED, client_of, page, send, site

__all__ = ["site"]

BOLOGNA = "«Sportello unico di Bologna» (Città metropolitana di Bologna)."


def kept(network: Network, number: int) -> Need:
    with network.database.reading() as session:
        need = queries.need(session, number)
        assert need is not None
        return need


def test_limits_are_typed_with_the_request_and_kept(site: Flask, network: Network) -> None:
    client = client_of(site, network, (Role.OFFICIAL, "venezia"))
    typed = {**TYPED, "excluded": ["bologna"], "sizes": ["L", "XL"], "proposals": "2"}
    address = send(client, "/richieste/nuova", **typed).headers["Location"]
    need = kept(network, int(address.rpartition("/")[2].partition("-")[0]))
    assert need.limits == {"excluded": ["bologna"], "sizes": ["L", "XL"], "proposals": 2}
    assert need.wanted == 2
    form = client.get(f"{page(need)}/modifica").text
    for field in ("excluded-bologna", "size-L"):
        assert "checked" in form.partition(f'id="{field}"')[2][:80]


@pytest.mark.parametrize(
    ("limits", "wrong"),
    [
        ({"excluded": ["atlantide"]}, {"excluded": "not_a_choice"}),
        ({"excluded": [f"ente-{number}" for number in range(21)]}, {"excluded": "too_many_cities"}),
        ({"sizes": ["XXL"]}, {"sizes": "not_a_choice"}),
        ({"proposals": 4}, {"proposals": "not_a_choice"}),
        ({"proposals": 0}, {"proposals": "not_a_choice"}),
    ],
)
def test_limits_that_make_no_sense_are_refused(network: Network, limits: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        network.post(limits=limits)
    assert refused.value.problems == wrong


def test_whom_a_city_keeps_out_is_told_to_itself_only(site: Flask, network: Network) -> None:
    need = network.post(limits={"excluded": ["bologna"]})
    site.extensions["indexer"].rebuild()
    own = client_of(site, network, (Role.OFFICIAL, "venezia")).get(f"{page(need)}/abbinamenti").text
    assert "l’hai escluso tu" in own
    assert f"Senza gli enti che hai escluso, prima sarebbe {BOLOGNA}" in own
    for client in (site.test_client(), client_of(site, network, (Role.OFFICIAL, "torino"))):
        other = client.get(f"{page(need)}/abbinamenti").text
        assert "l’hai escluso tu" not in other
        assert "Senza gli enti che hai escluso" not in other
    assert "Sportello unico di Bologna" not in own.partition("Che cosa cambierebbe")[0].partition('class="matches"')[2]


def test_only_cities_of_the_wanted_size_are_proposed(site: Flask, network: Network) -> None:
    with network.database.work() as session:
        make_solution(session, "gare-anci", title="Gare per le imprese", city="anci", themes=["appalti"])
    need = network.post(limits={"sizes": ["XL"]})
    site.extensions["indexer"].rebuild()
    shown = client_of(site, network, (Role.OFFICIAL, "venezia")).get(f"{page(need)}/abbinamenti").text
    assert "la città non è della dimensione richiesta" in shown
    assert "(ANCI): la richiesta vuole città di una certa dimensione, e di questo ente non si sa" in shown
    assert f"Senza il limite di dimensione, prima sarebbe {BOLOGNA}" in shown
    assert "oltre 2 milioni di abitanti" in site.test_client().get(page(need)).text

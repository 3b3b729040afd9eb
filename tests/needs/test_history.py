# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed in a request is shown field by field to those it concerns, and told to who joined or was asked."""

from flask import Flask
from flask.testing import FlaskClient

from app.access import Role
from app.cities import queries as registers
from app.needs import service
from app.needs.models import Need
from tests.needs.network import LATER, PROBLEM, Network, wanted
from tests.needs.test_pages import client_of, page, site

__all__ = ["site"]


def edit(network: Network, need: Need, **said: object) -> None:
    with network.database.work() as session:
        service.edit(session, need.id, need.edition, wanted(**said), network.deed(now=LATER))


def history(client: FlaskClient, need: Need) -> str:
    """What the page of a request says of its changes; a new title has a new address."""
    text = client.get(page(need), follow_redirects=True).text
    return " ".join(text.partition("Che cosa è cambiato")[2].partition("</details>")[0].split())


def joined(network: Network) -> Need:
    """A request of Venezia that Torino joined and that Bologna was asked for."""
    need = network.post(constraints={"budget": "mille euro"})
    with network.database.work() as session:
        city = registers.by_slug(session, "torino")
        assert city is not None
        service.join(session, need.id, city, "", network.deed("official.torino"))
    network.ask(need)
    return need


def test_a_change_is_shown_field_by_field_with_who_and_when(site: Flask, network: Network) -> None:
    need = joined(network)
    edit(network, need, title="Un altro titolo", constraints={"budget": "duemila euro"}, formats=("visita",))
    own = history(client_of(site, network, (Role.OFFICIAL, "venezia")), need)
    for word in ("23 nov 2026", "Chiara Persona", "Un altro titolo", "mille euro", "duemila euro", "visita di studio"):
        assert word in own, word
    assert PROBLEM not in own.partition("Un altro titolo")[2], "what did not change is not repeated"
    for city in ("torino", "bologna"):
        text = history(client_of(site, network, (Role.OFFICIAL, city)), need)
        assert "duemila euro" in text, city
        assert "Chiara Persona" not in text, city
    assert history(site.test_client(), need) == ""


def test_others_see_neither_whom_a_city_keeps_out_nor_what_its_draft_said(site: Flask, network: Network) -> None:
    with network.database.work() as session:
        city = registers.by_slug(session, "venezia")
        torino = registers.by_slug(session, "torino")
        assert city is not None
        assert torino is not None
        need = service.draft(session, city, wanted(title="A Venezia"), network.deed())
        service.publish(session, need.id, 1, wanted(visibility="anonymous"), network.deed())
        service.join(session, need.id, torino, "", network.deed("official.torino"))
        limits = {"excluded": ["bologna"], "proposals": 2}
        again = wanted(visibility="anonymous", limits=limits)
        service.edit(session, need.id, 2, again, network.deed(now=LATER))
    other = history(client_of(site, network, (Role.OFFICIAL, "torino")), need)
    assert "Proposte in un turno" in other
    assert "bologna" not in other.lower()
    assert "venezia" not in other.lower()
    own = history(client_of(site, network, (Role.OFFICIAL, "venezia")), need)
    assert "bologna" in own
    assert "A Venezia" in own


def test_those_who_joined_or_were_asked_are_told_of_a_change(site: Flask, network: Network) -> None:
    need = joined(network)
    network.distribute()
    edit(network, need, problem=f"{PROBLEM} Sono 44 comuni.")
    told = network.distribute()
    assert told == {("need-edited", "official.torino"), ("need-edited", "referent.bologna")}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a request begins: at a search that found nothing, at one solution, at the request of another city."""

from typing import Any

import pytest
from flask import Flask

from app.access import Role
from app.needs import queries
from app.needs.models import Need
from app.needs.rules import State
from tests.needs.network import PROBLEM, Network
from tests.needs.test_pages import TYPED, client_of, page, send, site

__all__ = ["site"]

GATED = "Gare di Torino"


@pytest.fixture
def found(site: Flask) -> Flask:
    site.extensions["indexer"].rebuild()
    return site


def of_venezia(network: Network, state: str) -> list[Need]:
    with network.database.reading() as session:
        return list(queries.of_bodies(session, ["venezia"], [state]))


def test_a_search_that_finds_nothing_becomes_a_draft_with_the_words_already_typed(
    found: Flask, network: Network
) -> None:
    typed = "xylofono zzyzx quokka"
    offered = "/richieste/nuova?q=xylofono+zzyzx+quokka"
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    for reader in (client, found.test_client()):
        assert f'href="{offered}"' in reader.get("/cerca", query_string={"q": typed}).text
    assert "next=%2Frichieste%2Fnuova%3Fq%3Dxylofono" in found.test_client().get(offered).headers["Location"]
    form = client.get(offered).text
    assert typed in form.partition('id="problem"')[2].partition("</textarea>")[0]
    assert send(client, "/richieste/nuova", problem=typed, do="draft").status_code == 303
    assert [need.problem for need in of_venezia(network, State.DRAFT)] == [typed]


def test_a_solution_asked_for_by_name_comes_first_and_is_asked(found: Flask, network: Network) -> None:
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    link = "/richieste/nuova?q=Gare+di+Torino&amp;soluzione=appalti-torino"
    assert link in client.get("/soluzioni/appalti-torino").text
    form = client.get(link.replace("&amp;", "&")).text
    assert 'name="soluzione" value="appalti-torino" checked' in form
    drafted = send(client, "/richieste/nuova", problem="Una bozza", soluzione="appalti-torino", do="draft")
    address = drafted.headers["Location"]
    assert 'name="soluzione" value="appalti-torino" checked' in client.get(f"{address}/modifica").text
    answer = send(client, f"{address}/modifica", edition="1", soluzione="appalti-torino", **TYPED)
    assert answer.headers["Location"].endswith("/abbinamenti")
    shown = client.get(answer.headers["Location"]).text
    assert GATED in shown.partition('class="match"')[2].partition("</h3>")[0]
    assert "chiesta per nome" in shown
    assert send(client, f"{answer.headers['Location']}/chiedi", solution="appalti-torino").status_code == 303
    (need,) = of_venezia(network, State.OPEN)
    (made,) = network.proposals(need)
    assert (made.solution.slug, made.rank) == ("appalti-torino", 1)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"soluzione": "appalti-torino", "excluded": ["torino"]}, "non si può proporre: l’hai escluso tu."),
        ({"soluzione": "mai-scritta"}, "non è più nella biblioteca"),
    ],
)
def test_what_keeps_a_solution_asked_for_by_name_out_is_told_to_its_city(
    found: Flask, network: Network, typed: Any, why: str
) -> None:
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    address = send(client, "/richieste/nuova", **TYPED, **typed).headers["Location"]
    assert why in " ".join(client.get(address).text.split())
    assert why not in " ".join(found.test_client().get(address).text.split())


def test_a_solution_that_is_unticked_is_no_longer_asked_for(found: Flask, network: Network) -> None:
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    send(client, "/richieste/nuova", soluzione="appalti-torino", **TYPED)
    (need,) = of_venezia(network, State.OPEN)
    assert need.limits == {"solution": "appalti-torino"}
    assert send(client, f"{page(need)}/modifica", edition="1", **TYPED).status_code == 303
    assert of_venezia(network, State.OPEN)[0].limits == {}


def test_one_button_joins_a_like_request_keeps_what_was_typed_and_has_a_way_back(
    found: Flask, network: Network
) -> None:
    other = network.post("torino")
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    near = client.get("/richieste/simili.json", query_string={"q": PROBLEM}).get_json()["needs"]
    assert [row["id"] for row in near] == [other.id]
    looked = {name: value for name, value in TYPED.items() if name != "looked"}
    assert f'name="join" value="{other.id}"' in send(client, "/richieste/nuova", **looked).text
    answer = send(client, "/richieste/nuova", join=str(other.id), **TYPED)
    assert answer.headers["Location"].endswith(page(other))
    shown = client.get(answer.headers["Location"]).text
    assert "Quello che avevate scritto è tra le bozze" in shown
    assert "Non partecipare più" in shown
    (draft,) = of_venezia(network, State.DRAFT)
    assert (draft.problem, draft.by_when.isoformat() if draft.by_when else "") == (PROBLEM, TYPED["by_when"])
    assert [tie.city.slug for tie in network.need(other).receivers] == ["venezia"]
    again = client.get("/richieste/simili.json", query_string={"q": PROBLEM}).get_json()["needs"]
    assert [(row["id"], row["ours"]) for row in again] == [(None, True)], "nobody joins twice"
    form = send(client, "/richieste/nuova", **looked | {"by_when": ""}).text
    assert "il tuo ente c’è già" in form.partition("data-near-needs")[2].partition("</ul>")[0]
    assert '<p class="quiet" data-near-joining hidden>' in form, "there is nothing to join"
    for form in ("/richieste/nuova", f"{page(draft)}/modifica"):
        pressed = send(client, form, edition="1", join=str(other.id), **TYPED)
        assert pressed.headers["Location"].endswith(page(other)), "a button is pressed twice"
    assert [need.id for need in of_venezia(network, State.DRAFT)] == [draft.id]
    assert [tie.city.slug for tie in network.need(other).receivers] == ["venezia"]
    assert send(client, f"{page(other)}/lascia", city="venezia").status_code == 303
    joined = send(client, f"{page(draft)}/modifica", edition="1", join=str(other.id), **TYPED)
    assert joined.headers["Location"].endswith(page(other)), "from a draft too"


def test_who_saw_what_may_answer_beside_a_mistake_is_not_held_up_again(found: Flask, network: Network) -> None:
    network.post("torino")
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    typed = {name: value for name, value in TYPED.items() if name != "looked"}
    wrong = send(client, "/richieste/nuova", **typed | {"by_when": ""})
    assert (wrong.status_code, 'name="looked" value="1"' in wrong.text) == (422, True)
    assert "Prima di pubblicare" in wrong.text
    assert 'name="looked"' not in client.get("/richieste/nuova").text


def test_nobody_joins_for_another_body_or_what_they_may_not_read(found: Flask, network: Network) -> None:
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    other = network.post("torino")
    assert send(client, "/richieste/nuova", join=str(other.id), city="bologna", **TYPED).status_code == 403
    assert send(client, "/richieste/nuova", join="999", **TYPED).status_code == 404
    assert not of_venezia(network, State.DRAFT)


def test_a_request_whose_publication_is_pressed_twice_is_never_called_unpublished(
    found: Flask, network: Network
) -> None:
    client = client_of(found, network, (Role.OFFICIAL, "venezia"))
    pressed = [send(client, "/richieste/nuova", **TYPED).headers["Location"]]
    typed = {name: value for name, value in TYPED.items() if name != "looked"}
    pressed.append(send(client, "/richieste/nuova", **typed).headers["Location"])
    (made,) = of_venezia(network, State.OPEN)
    assert pressed == [page(made)] * 2
    assert send(client, "/richieste/nuova", **typed | {"title": "Altro"}).status_code == 200

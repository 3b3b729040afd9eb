# SPDX-License-Identifier: AGPL-3.0-or-later
"""Practices of the cities that are like one's own, over the shipped library."""

from flask import Flask
from flask.testing import FlaskClient


def cities(library: FlaskClient, address: str) -> set[str]:
    return {row["city"] for row in (library.get(address).json or {})["results"]}


def test_only_practices_of_cities_like_the_one_named_are_left(library: FlaskClient) -> None:
    found = cities(library, "/soluzioni.json?simili=milano")
    assert found
    assert {"Roma", "Napoli"} <= found
    assert not found & {"Bologna", "Genova", "Messina", "Milano"}


def test_a_city_unlike_the_others_has_its_nearest(library: FlaskClient, library_app: Flask) -> None:
    every = [slug for slug, _name in library_app.extensions["engine"].comparable()]
    assert "torino" in every
    assert all(cities(library, f"/soluzioni.json?simili={slug}") for slug in every)


def test_it_narrows_other_filters_and_is_counted_by_them(library: FlaskClient) -> None:
    both = (library.get("/cerca.json?q=piano+strategico&citta=roma&simili=milano").json or {})["total"]
    assert 0 < both < (library.get("/cerca.json?q=piano+strategico&simili=milano").json or {})["total"]


def test_a_city_nobody_knows_has_none_like_it(library: FlaskClient) -> None:
    assert (library.get("/cerca.json?simili=atlantide").json or {})["total"] == 0


def test_the_page_offers_the_cities_and_takes_the_choice_off_again(library: FlaskClient) -> None:
    page = library.get("/cerca?q=piano&tema=psm&simili=milano").text
    assert '<option value="milano" lang="it" selected>' in page
    assert '<input type="hidden" name="tema" value="psm">' in page
    assert 'href="/cerca?q=piano&amp;tema=psm"' in page


def test_facets_of_cities_like_each_other_are_no_facets_of_the_answer(library: FlaskClient) -> None:
    assert not {"alike", "like"} & set((library.get("/cerca.json").json or {})["facets"])

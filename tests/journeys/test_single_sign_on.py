# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coming in with the identity of one's office, against a real OpenID provider started for the tests."""

import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from app import create_app
from app.access import NOBODY, Role
from app.accounts import invitations, queries
from app.accounts.models import ExternalIdentity, Invitation, Person
from app.accounts.provider import Identity, Provider, ProviderFailed, Question
from app.config import ROOT, Settings
from app.db import Database
from tests import makers
from tests.webserver import free_port

SITE = "http://localhost"
BACK = f"{SITE}/accedi/ente/ritorno"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Address of a running provider."""
    port = free_port()
    command = ["sh", "assets/node-path.sh", str(Path(sys.executable).parent)]
    path = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    process = subprocess.Popen(
        ["node", "tests/oidc/provider.mjs", str(port), SITE],
        cwd=ROOT,
        env={**os.environ, "PATH": path.stdout, "NODE_NO_WARNINGS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def settings(tmp_path: Path, stores: Any, issuer: str) -> Settings:
    return Settings(
        data=str(tmp_path),
        database_url=stores.new(),
        log_level="CRITICAL",
        oidc_issuer=issuer,
        oidc_client="twin-metro",
        oidc_secret="un-segreto-di-prova-abbastanza-lungo",
        oidc_name="l’identità di Bologna",
    )


def log_in_there(address: str, login: str) -> str:
    """What a person does at the provider, from the address we send them to until the one they come back with."""
    with requests.Session() as browser:
        answer = browser.get(address, allow_redirects=False, timeout=10)
        for _ in range(12):
            if answer.is_redirect:
                where = urljoin(answer.url, answer.headers["Location"])
                if where.startswith(SITE + "/"):
                    return where
                answer = browser.get(where, allow_redirects=False, timeout=10)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action, answer.text
            prompt = "consent" if 'value="consent"' in answer.text else "login"
            fields = {"prompt": prompt, "login": login, "password": "qualunque"}
            where = urljoin(answer.url, html.unescape(action[1]))
            answer = browser.post(where, data=fields, allow_redirects=False, timeout=10)
    raise AssertionError("the provider never sent the person back")


def begin(client: FlaskClient, **arguments: str) -> str:
    """The address at the provider we are sent to."""
    answer = client.get("/accedi/ente", query_string=arguments)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def return_with(client: FlaskClient, address: str) -> str:
    """Where the site sends the person who comes back, by way of their language."""
    while urlsplit(address).path.endswith("/accedi/ente/ritorno"):
        parts = urlsplit(address)
        address = str(client.get(f"{parts.path}?{parts.query}").headers["Location"])
    return address


def through(client: FlaskClient, login: str, **arguments: str) -> str:
    return return_with(client, log_in_there(begin(client, **arguments), login))


def is_in(client: FlaskClient) -> bool:
    return client.get("/profilo").status_code == 200


@pytest.fixture
def anna(registered: Database, issuer: str) -> Person:
    """A person whose identity at the provider is linked."""
    with registered.work() as session:
        person = makers.make_person(session, (Role.OFFICIAL, "bologna"), email="anna@ente.example")
        session.add(ExternalIdentity(person_id=person.id, issuer=issuer, subject="anna", linked_at=makers.NOW))
    return person


def invited(database: Database, email: str) -> str:
    with database.work() as session:
        now = datetime.now(UTC)
        return invitations.invite(session, NOBODY, now, email, Role.OFFICIAL, "bologna", "it")[1]


def test_the_question_carries_state_nonce_and_proof_of_the_code(client: FlaskClient, issuer: str) -> None:
    asked = parse_qs(urlsplit(begin(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert asked["redirect_uri"] == [BACK]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert begin(client) != begin(client)


def test_a_linked_identity_lets_its_person_in(anna: Person, client: FlaskClient) -> None:
    assert through(client, "anna", next="/profilo/dati") == "/profilo/dati"
    assert is_in(client)
    assert "con l’identità dell’ente" in client.get("/profilo/sicurezza").text


def test_the_language_of_the_person_is_kept_on_the_way(anna: Person, client: FlaskClient) -> None:
    where = str(client.get("/en/accedi/ente").headers["Location"])
    assert parse_qs(urlsplit(where).query)["redirect_uri"] == [BACK]
    assert return_with(client, log_in_there(where, "anna")) == "/en/scrivania"


def test_an_unknown_identity_is_told_to_get_an_invitation(registered: Database, client: FlaskClient) -> None:
    assert through(client, "bruno") == "/accedi?problema=sso_unknown"
    assert "serve un invito" in client.get("/accedi?problema=sso_unknown").text
    assert not is_in(client)


def test_the_same_mailbox_alone_never_makes_an_identity_somebodys(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        makers.make_person(session, (Role.ADMINISTRATOR, ""), email="carla@ente.example", password=makers.PASSWORD)
    assert through(client, "carla") == "/accedi?problema=sso_unknown"
    assert not is_in(client)


def test_an_invitation_to_the_mailbox_the_provider_vouches_for_makes_an_account(
    registered: Database, client: FlaskClient
) -> None:
    token = invited(registered, "dario@ente.example")
    page = client.get(f"/invito/{token}").text
    assert f"/accedi/ente?invito={token}" in page
    assert through(client, "dario", invito=token) == "/scrivania"
    with registered.reading() as session:
        person = queries.by_email(session, "dario@ente.example")
        assert person is not None
        assert (person.name, [(item.role, item.scope) for item in person.assignments], person.password_hash) == (
            "Nome dario",
            [("official", "bologna")],
            "",
        )
    client.post("/esci", data={"csrf_token": makers.csrf(client, "/profilo")})
    assert through(client, "dario") == "/scrivania"


def test_a_mailbox_the_provider_does_not_vouch_for_is_refused(registered: Database, client: FlaskClient) -> None:
    token = invited(registered, "dario@ente.example")
    again = through(client, "falsa.dario", invito=token)
    assert again == f"/invito/{token}?problema=sso_mailbox"
    assert "non ha l’indirizzo a cui è arrivato l’invito" in client.get(again).text
    assert not is_in(client)


def test_an_invitation_to_another_mailbox_is_refused(registered: Database, client: FlaskClient) -> None:
    token = invited(registered, "dario@ente.example")
    assert through(client, "elio", invito=token) == f"/invito/{token}?problema=sso_mailbox"
    with registered.reading() as session:
        assert queries.by_email(session, "elio@ente.example") is None


def test_somebody_known_is_not_taken_over_by_an_invitation(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        makers.make_person(session, email="dario@ente.example", password=makers.PASSWORD)
    token = invited(registered, "dario@ente.example")
    assert through(client, "dario", invito=token) == f"/invito/{token}"
    assert not is_in(client)


def test_an_identity_is_linked_from_the_profile_by_its_owner(registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        person = makers.make_person(session, email="fulvia@ente.example")
    makers.sign_in(client, person)
    link = re.search(r'href="/accedi/ente\?([^"]*collega[^"]*)"', client.get("/profilo/sicurezza").text)
    assert link
    arguments = {name: values[0] for name, values in parse_qs(html.unescape(link[1])).items()}
    assert through(client, "fulvia.altra", **arguments) == "/profilo/sicurezza"
    client.post("/esci", data={"csrf_token": makers.csrf(client, "/profilo")})
    assert through(client, "fulvia.altra") == "/scrivania"
    assert is_in(client)


def test_nobody_is_made_to_link_an_identity_by_another_site(anna: Person, client: FlaskClient) -> None:
    makers.sign_in(client, anna)
    assert client.get("/accedi/ente?scopo=collega").status_code == 422
    assert client.get("/accedi/ente?scopo=collega&prova=abc").status_code == 422


def test_an_identity_of_another_is_not_linked(anna: Person, registered: Database, client: FlaskClient) -> None:
    with registered.work() as session:
        other = makers.make_person(session, email="gino@ente.example")
    makers.sign_in(client, other)
    token = makers.csrf(client, "/profilo")
    back = log_in_there(begin(client, scopo="collega", prova=token), "anna")
    where = return_with(client, back)
    assert where == "/profilo/sicurezza?problema=sso_taken"
    assert "già collegata a un’altra utenza" in client.get(where).text
    with registered.reading() as session:
        assert not queries.external_identities(session, other.id)


def test_who_has_no_password_confirms_with_the_identity(anna: Person, client: FlaskClient) -> None:
    makers.sign_in(client, anna, "sso")
    assert "scopo=conferma" in client.get("/conferma-identita?next=/profilo/cancella").text
    asked = parse_qs(urlsplit(begin(client, scopo="conferma", next="/profilo/cancella")).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
    assert through(client, "anna", scopo="conferma", next="/profilo/cancella") == "/profilo/cancella"
    again = through(client, "bruno", scopo="conferma", next="/profilo/cancella")
    assert again == "/conferma-identita?problema=sso_other&next=/profilo/cancella"
    assert "non è tra quelle collegate" in client.get(again).text


@pytest.mark.parametrize("name", ["state", "nonce", "verifier"])
def test_an_answer_to_another_question_is_refused(anna: Person, client: FlaskClient, name: str) -> None:
    back = log_in_there(begin(client), "anna")
    with client.session_transaction() as cookie:
        cookie["sso"] = {**cookie["sso"], "question": {**cookie["sso"]["question"], name: "x" * 64}}
    assert return_with(client, back) == "/accedi?problema=sso"
    assert not is_in(client)


def test_an_answer_without_a_question_of_this_browser_is_refused(anna: Person, client: FlaskClient, app: Flask) -> None:
    back = log_in_there(begin(client), "anna")
    other = app.test_client()
    assert return_with(other, back) == "/accedi?problema=sso"
    assert not is_in(other)


def test_an_answer_is_used_once_even_with_a_copied_cookie(anna: Person, client: FlaskClient, app: Flask) -> None:
    back = log_in_there(begin(client), "anna")
    copied, thief = client.get_cookie("twinmetro"), app.test_client()
    assert copied is not None
    thief.set_cookie("twinmetro", copied.value)
    assert return_with(client, back) == "/scrivania"
    assert return_with(thief, back) == "/accedi?problema=sso"
    assert not is_in(thief)


@pytest.mark.parametrize("changed", [{"iss": "https://evil.example"}, {"error": "access_denied"}, {"code": ""}])
def test_a_refusal_or_another_issuer_ends_on_the_log_in_page(
    anna: Person, client: FlaskClient, changed: dict[str, str]
) -> None:
    parts = urlsplit(log_in_there(begin(client), "anna"))
    arguments = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
    assert return_with(client, f"{BACK}?{urlencode(arguments)}") == "/accedi?problema=sso"


def cancelled(client: FlaskClient, address: str) -> str:
    """Where somebody ends who turns back at the provider, having been sent to an address there."""
    state = parse_qs(urlsplit(address).query)["state"][0]
    return return_with(client, f"{BACK}?{urlencode({'state': state, 'error': 'access_denied'})}")


@pytest.mark.parametrize(
    ("language", "said"), [("", "Chi ha già un’utenza entra qui sotto"), ("/en", "Those who already have an account")]
)
def test_whoever_is_unknown_or_turns_back_reads_so_in_their_language_and_still_lands_where_they_wanted(
    registered: Database, client: FlaskClient, language: str, said: str
) -> None:
    wanted = f"{language}/richieste/nuova"
    where = str(client.get(f"{language}/accedi/ente?next={wanted}").headers["Location"])
    assert cancelled(client, where) == f"{language}/accedi?problema=sso&next={wanted}"
    where = str(client.get(f"{language}/accedi/ente?next={wanted}").headers["Location"])
    again = return_with(client, log_in_there(where, "bruno"))
    assert again == f"{language}/accedi?problema=sso_unknown&next={wanted}"
    assert said in client.get(again).text


def test_whoever_turns_back_at_the_provider_is_on_the_page_they_set_out_from(
    anna: Person, registered: Database, client: FlaskClient, app: Flask
) -> None:
    token = invited(registered, "dario@ente.example")
    stranger = app.test_client()
    again = cancelled(stranger, begin(stranger, invito=token))
    assert again == f"/invito/{token}?problema=sso"
    assert "non è riuscito" in stranger.get(again).text
    makers.sign_in(client, anna)
    again = cancelled(client, begin(client, scopo="collega", prova=makers.csrf(client, "/profilo")))
    assert again == "/profilo/sicurezza?problema=sso"
    assert "non è riuscito" in client.get(again).text
    again = cancelled(client, begin(client, scopo="conferma", next="/profilo/cancella"))
    assert again == "/conferma-identita?problema=sso&next=/profilo/cancella"


def test_an_invitation_taken_back_meanwhile_says_so_to_whoever_comes_back_with_it(
    registered: Database, client: FlaskClient
) -> None:
    token = invited(registered, "dario@ente.example")
    back = log_in_there(begin(client, invito=token), "dario")
    with registered.work() as session:
        session.query(Invitation).one().withdrawn_at = datetime.now(UTC)
    parts = urlsplit(back)
    answer = client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 404
    assert "Questo invito non vale più" in answer.text


def test_who_has_no_password_is_told_how_to_get_one(anna: Person, client: FlaskClient) -> None:
    makers.sign_in(client, anna, "sso")
    page = client.get("/profilo/sicurezza").text
    assert "Questa utenza non ha una password" in page
    assert 'name="current"' not in page


def test_a_provider_that_is_away_ends_on_the_log_in_page(registered: Database, settings: Settings) -> None:
    app = create_app(replace(settings, oidc_issuer=f"http://127.0.0.1:{free_port()}"))
    answer = app.test_client().get("/accedi/ente?next=/profilo/dati")
    app.extensions["database"].close()
    assert answer.headers["Location"] == "/accedi?problema=sso&next=/profilo/dati"


def test_the_level_of_authentication_is_asked_and_checked(anna: Person, settings: Settings) -> None:
    app = create_app(replace(settings, oidc_acr="livello-2"))
    client = app.test_client()
    assert parse_qs(urlsplit(begin(client)).query)["acr_values"] == ["livello-2"]
    assert through(client, "anna") == "/accedi?problema=sso"
    app.extensions["database"].close()


def test_the_second_factor_of_the_account_is_asked_here_too(
    anna: Person, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        person = queries.person(session, anna.id)
        assert person
        person.totp_secret = "JBSWY3DPEHPK3PXP"
    assert through(client, "anna") == "/accedi/secondo-fattore"
    assert not is_in(client)
    page = client.get("/accedi/secondo-fattore").text
    assert "L’identità dell’ente è confermata" in page
    assert "La password è giusta" not in page


def test_somebody_disabled_does_not_come_in_with_their_identity(
    anna: Person, registered: Database, client: FlaskClient
) -> None:
    with registered.work() as session:
        person = queries.person(session, anna.id)
        assert person
        person.disabled_at = makers.NOW
    assert through(client, "anna") == "/accedi?problema=sso_unknown"


def test_the_log_out_says_how_to_leave_the_provider_too(anna: Person, client: FlaskClient, issuer: str) -> None:
    through(client, "anna")
    answer = client.post("/esci", data={"csrf_token": makers.csrf(client, "/profilo")})
    assert answer.headers["Location"] == "/accedi/ente/uscita"
    assert not is_in(client)
    end = re.search(r'href="([^"]*session/end[^"]*)"', client.get("/accedi/ente/uscita").text)
    assert end
    left = requests.get(html.unescape(end[1]), timeout=10)
    assert left.status_code == 200


QUESTION = Question("state", "nonce", "verifier", BACK)


def claims(issuer: str, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": issuer,
        "sub": "anna",
        "aud": "twin-metro",
        "exp": now + 300,
        "iat": now,
        "nonce": "nonce",
        "email": "anna@ente.example",
        "email_verified": True,
        **changed,
    }


def checked(settings: Settings, token: str, key: RSAKey, question: Question = QUESTION) -> dict[str, Any]:
    """What the site believes of an identity token signed with a key the provider publishes."""
    provider = Provider(settings)
    provider._keys = time.monotonic(), KeySet([key])
    return provider._verified(token, question)


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "prova"})


def signed(key: RSAKey, content: dict[str, Any], **header: str) -> str:
    return jwt.encode({"alg": "RS256", "kid": "prova", **header}, content, key)


def test_a_right_identity_token_is_believed(settings: Settings, key: RSAKey, issuer: str) -> None:
    assert checked(settings, signed(key, claims(issuer)), key)["sub"] == "anna"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"aud": "un-altro-sito"},
        {"aud": ["twin-metro", "un-altro-sito"]},
        {"azp": "un-altro-sito"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"nonce": "altra"},
        {"nonce": None},
        {"sub": None},
    ],
    ids=str,
)
def test_an_identity_token_with_something_wrong_is_not_believed(
    settings: Settings, key: RSAKey, issuer: str, changed: dict[str, Any]
) -> None:
    content = {name: value for name, value in claims(issuer, **changed).items() if value is not None}
    with pytest.raises(ProviderFailed):
        checked(settings, signed(key, content), key)


def test_a_token_signed_by_somebody_else_or_not_at_all_is_not_believed(
    settings: Settings, key: RSAKey, issuer: str
) -> None:
    other = RSAKey.generate_key(2048, {"kid": "prova"})
    unsigned = "eyJhbGciOiJub25lIn0." + signed(key, claims(issuer)).split(".")[1] + "."
    for token in (signed(other, claims(issuer)), unsigned, "", "a.b.c", "x" * 5_000):
        with pytest.raises(ProviderFailed):
            checked(settings, token, key)


def test_an_earlier_log_in_does_not_confirm_who_one_is(settings: Settings, key: RSAKey, issuer: str) -> None:
    anew = replace(QUESTION, anew=True)
    with pytest.raises(ProviderFailed):
        checked(settings, signed(key, claims(issuer, auth_time=int(time.time()) - 3_600)), key, anew)
    assert checked(settings, signed(key, claims(issuer, auth_time=int(time.time()))), key, anew)


def test_the_level_that_was_asked_must_be_the_one_that_was_given(settings: Settings, key: RSAKey, issuer: str) -> None:
    asking = replace(settings, oidc_acr="livello-2 livello-3")
    assert checked(asking, signed(key, claims(issuer, acr="livello-3")), key)
    for given in ({"acr": "livello-1"}, {}):
        with pytest.raises(ProviderFailed):
            checked(asking, signed(key, claims(issuer, **given)), key)


def test_a_gateway_without_verified_mailboxes_names_the_claim_it_vouches_for(settings: Settings) -> None:
    plain, gateway = Provider(settings), Provider(replace(settings, oidc_email_claim="casella_ente"))
    told = {"email": "a@ente.example", "casella_ente": "b@ente.example"}
    assert (plain._email(told), gateway._email(told)) == ("", "b@ente.example")
    assert plain._email({**told, "email_verified": True}) == "a@ente.example"
    assert Identity("i", "s", "", "n").email == ""

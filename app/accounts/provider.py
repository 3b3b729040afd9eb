# SPDX-License-Identifier: AGPL-3.0-or-later
"""The identity provider: OpenID Connect with authorization code and PKCE; what it says is believed once checked."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.config import Settings
from app.later import later

if TYPE_CHECKING:
    import requests
    from authlib.common import errors as oauth_errors
    from authlib.integrations import requests_client
    from joserfc import errors, jwk, jwt
else:
    # Nine megabytes, of use only where single sign-on is configured.
    requests, jwt, jwk, errors = (later(name) for name in ("requests", "joserfc.jwt", "joserfc.jwk", "joserfc.errors"))
    oauth_errors, requests_client = later("authlib.common.errors"), later("authlib.integrations.requests_client")

TIMEOUT = (3.05, 8)
DISCOVERY_LASTS = 3_600.0
KEYS_LAST = 3_600.0
#: Seconds two clocks may differ, and how old a log-in may be that was asked for anew.
LEEWAY, ANEW = 60, 300
#: Signatures with a public key only: with a shared secret anybody who has it could sign.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")


class ProviderFailed(Exception):
    """The provider is away, refused, or said something that does not hold; the message is for the log."""


@dataclass(frozen=True)
class Identity:
    """Who somebody is at the provider; ``email`` only where the provider vouches for it."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True)
class Question:
    """What a log-in at the provider began with: its answer must fit all of it."""

    state: str
    nonce: str
    verifier: str
    back: str
    anew: bool = False


class Provider:
    """One provider with what it publishes about itself, read again every hour."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.issuer = settings.oidc_issuer
        self._about: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, jwk.KeySet] | None = None

    def address(self, question: Question) -> str:
        """Where to send the browser. Raises ``ProviderFailed``."""
        extra = {"nonce": question.nonce}
        if question.anew:
            extra |= {"prompt": "login", "max_age": "0"}
        if self.settings.oidc_acr:
            extra["acr_values"] = self.settings.oidc_acr
        where: str = self._session(question).create_authorization_url(
            self.about()["authorization_endpoint"],
            state=question.state,
            code_verifier=question.verifier,
            **extra,
        )[0]
        return where

    def _session(self, question: Question) -> "requests_client.OAuth2Session":
        return requests_client.OAuth2Session(
            self.settings.oidc_client,
            self.settings.oidc_secret or None,
            token_endpoint_auth_method="client_secret_basic" if self.settings.oidc_secret else "none",
            scope="openid email profile",
            redirect_uri=question.back,
            code_challenge_method="S256",
        )

    def who(self, code: str, question: Question) -> Identity:
        """The identity behind an authorization code. Raises ``ProviderFailed``."""
        session = self._session(question)
        try:
            token = session.fetch_token(
                self.about()["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=question.verifier,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except (oauth_errors.AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"token: {type(error).__name__}") from error
        claims = self._verified(str(token.get("id_token", "")), question)
        if not self._email(claims) and "userinfo_endpoint" in self.about():
            claims = {**self._user_info(str(token.get("access_token", "")), claims["sub"]), **claims}
        name = claims.get("name") or f"{claims.get('given_name') or ''} {claims.get('family_name') or ''}"
        return Identity(self.issuer, str(claims["sub"])[:200], self._email(claims), " ".join(str(name).split())[:120])

    def _email(self, claims: Mapping[str, Any]) -> str:
        """The mailbox the provider vouches for, else empty."""
        if self.settings.oidc_email_claim:
            return str(claims.get(self.settings.oidc_email_claim) or "")
        return str(claims.get("email") or "") if claims.get("email_verified") in (True, "true") else ""

    def _verified(self, id_token: str, question: Question) -> dict[str, Any]:
        """The claims of an identity token whose signature, issuer, audience, times, nonce and level are right."""
        try:
            claims = self._decoded(id_token)
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY,
                iss={"essential": True, "value": self.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": self.settings.oidc_client},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": question.nonce},
            ).validate(claims)
        except (errors.JoseError, ValueError) as error:
            raise ProviderFailed(f"identity token: {type(error).__name__}") from error
        self._refuse_other_party(claims)
        self._refuse_weak(claims, question)
        return claims

    def _decoded(self, id_token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS)).claims)
        except (errors.JoseError, ValueError):
            # The provider may have changed its keys since we read them.
            self._keys = None
            return dict(jwt.decode(id_token, self._key_set(), algorithms=list(ALGORITHMS)).claims)

    def _refuse_other_party(self, claims: Mapping[str, Any]) -> None:
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != self.settings.oidc_client:
            raise ProviderFailed("identity token: for another site")

    def _refuse_weak(self, claims: Mapping[str, Any], question: Question) -> None:
        if self.settings.oidc_acr and claims.get("acr") not in self.settings.oidc_acr.split():
            raise ProviderFailed("identity token: level of authentication")
        if question.anew and time.time() - float(claims.get("auth_time") or 0) > ANEW:
            raise ProviderFailed("identity token: an earlier log-in")

    def _user_info(self, access_token: str, subject: str) -> dict[str, Any]:
        """What the provider tells besides, about the very same subject."""
        headers = {"Authorization": f"Bearer {access_token}"}
        told = self._fetched(self.about()["userinfo_endpoint"], headers)
        if told.get("sub") != subject:
            raise ProviderFailed("user info: another subject")
        return told

    def about(self) -> dict[str, Any]:
        """What the provider publishes about itself. Raises ``ProviderFailed``."""
        if self._about is None or time.monotonic() - self._about[0] > DISCOVERY_LASTS:
            told = self._fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if told.get("issuer") != self.issuer or not all(told.get(name) for name in NEEDED):
                raise ProviderFailed("discovery: another issuer, or addresses are missing")
            for name in (*NEEDED, *OPTIONAL):
                if self.settings.production and not str(told.get(name, "https://")).startswith("https://"):
                    raise ProviderFailed(f"discovery: {name} without https")
            self._about = time.monotonic(), told
        return self._about[1]

    def _key_set(self) -> "jwk.KeySet":
        if self._keys is None or time.monotonic() - self._keys[0] > KEYS_LAST:
            told: Any = self._fetched(self.about()["jwks_uri"])
            self._keys = time.monotonic(), jwk.KeySet.import_key_set(told)
        return self._keys[1]

    def _fetched(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = requests.get(address, headers=headers, timeout=TIMEOUT, allow_redirects=False)
            answer.raise_for_status()
            told = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderFailed(f"{address}: {type(error).__name__}") from error
        if answer.status_code != requests.codes.ok or not isinstance(told, dict):
            raise ProviderFailed(f"{address}: no answer")
        return told

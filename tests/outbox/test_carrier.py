# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way to the mail server: encrypted, with its certificate checked, and with a password."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.config import Settings, read_settings
from app.errors import Misconfigured
from app.outbox import carrier
from app.outbox.carrier import MailServer, NotTaken
from tests.outbox.sink import Sink

PASSWORD = b"una password del server"


def make_certificate(folder: Path) -> Path:
    """A certificate for the loopback, signed by nobody else, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "posta.example")])
    own = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(own, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "posta.pem"
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(kept + built.public_bytes(Encoding.PEM))
    return path


def check_password(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == PASSWORD
    return AuthResult(success=right, handled=False)


def encrypted(certificate: Path, security: str) -> Sink:
    """A mail server that wants encryption, from the first byte or, with a password, from STARTTLS on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if security == "tls":
        return Sink(ssl_context=context)
    return Sink(tls_context=context, require_starttls=True, authenticator=check_password, auth_required=True)


def settings_for(sink: Sink, security: str, password: str = PASSWORD.decode()) -> Settings:
    return Settings(
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_security=security,
        smtp_user="sito" if security == "starttls" else "",
        smtp_password=password,
    )


def make_message() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "sito@ente.example", "mario@ente.example", "Prova"
    message.set_content("Prova")
    return message


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_certificate(tmp_path)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_goes_encrypted(certificate: Path, security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with encrypted(certificate, security) as sink:
        MailServer(settings_for(sink, security)).take(make_message(), "mario@ente.example", "1")
    assert sink.recipients == ["mario@ente.example"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_cannot_prove_who_it_is_gets_neither_password_nor_letter(
    certificate: Path, security: str
) -> None:
    with encrypted(certificate, security) as sink:
        with pytest.raises(NotTaken, match=r"(?i)certificate") as refused:
            MailServer(settings_for(sink, security)).take(make_message(), "mario@ente.example", "1")
        assert not refused.value.for_good
    assert not sink.taken


def test_a_wrong_password_can_be_mended_later(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with encrypted(certificate, "starttls") as sink:
        with pytest.raises(NotTaken, match="535") as refused:
            MailServer(settings_for(sink, "starttls", "sbagliata")).take(make_message(), "mario@ente.example", "1")
        assert not refused.value.for_good


def test_a_server_without_encryption_gets_nothing_where_encryption_is_wanted() -> None:
    with Sink() as sink, pytest.raises(NotTaken):
        MailServer(settings_for(sink, "starttls")).take(make_message(), "mario@ente.example", "1")
    assert not sink.taken


def test_a_server_that_looks_long_through_a_letter_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hangs up before the answer sends again what has arrived."""
    monkeypatch.setattr(carrier, "DOOR_SECONDS", 0.2)

    def look_through(_recipient: str) -> None:
        Event().wait(0.6)

    with Sink() as sink:
        sink.on_data = look_through
        MailServer(settings_for(sink, "none")).take(make_message(), "mario@ente.example", "1")
    assert sink.recipients == ["mario@ente.example"]


def test_a_letter_that_is_too_large_for_a_server_is_refused_for_good() -> None:
    with Sink(data_size_limit=10) as sink:
        with pytest.raises(NotTaken, match="552") as refused:
            MailServer(settings_for(sink, "none")).take(make_message(), "mario@ente.example", "1")
        assert (refused.value.for_good, refused.value.shut) == (True, False)
    assert not sink.taken


@pytest.mark.parametrize("when", ["on_recipient", "on_data"])
def test_a_server_that_does_not_send_for_the_site_is_asked_again_later(when: str) -> None:
    with Sink() as sink:
        setattr(sink, when, lambda _: "554 5.7.1 Relay access denied")
        with pytest.raises(NotTaken, match="554") as refused:
            MailServer(settings_for(sink, "none")).take(make_message(), "mario@ente.example", "1")
    assert not refused.value.for_good


@pytest.mark.parametrize(
    ("name", "value"),
    [("SMTP_SECURITY", "perhaps"), ("SMTP_PORT", "mail"), ("SENDER", "a@b.it\r\nBcc: c@d.it"), ("SENDER", "Twin")],
)
def test_a_wrong_setting_is_refused_at_start(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name):
        read_settings({f"TWINMETRO_{name}": value})


def test_the_settings_of_a_mail_server_are_read() -> None:
    given = {
        "TWINMETRO_SMTP_HOST": "posta.ente.example",
        "TWINMETRO_SMTP_PORT": "465",
        "TWINMETRO_SMTP_SECURITY": "tls",
    }
    read = read_settings(given)
    assert (read.smtp_host, read.smtp_port, read.smtp_security) == ("posta.ente.example", 465, "tls")

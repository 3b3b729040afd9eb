# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who takes a finished letter: the mail server, or a folder while developing."""

import os
import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from app.config import Settings

#: Seconds a server may take for each of its answers until it has let us in.
DOOR_SECONDS = 20.0
#: ... and for each of those after that: before it takes a letter it may look through it, and who does not wait for its
#: answer sends again what has arrived.
TAKING_SECONDS = 120.0
#: ... and to say goodbye.
GOODBYE_SECONDS = 2.0
TOO_LARGE = 552
#: How a server says that it does not send for us: one that was not told of this site does so of every letter.
NOT_ALLOWED = re.compile(r"5\d\d 5\.7\.")


class NotTaken(Exception):
    """The letter was not taken; ``for_good``: trying again would not help, ``shut``: no other is taken now either."""

    def __init__(self, reason: str, *, for_good: bool = False, shut: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.shut = shut


class Carrier(Protocol):
    """Takes one letter. Raises ``NotTaken`` where it was not taken."""

    def take(self, message: EmailMessage, recipient: str, name: str) -> None: ...


def carrier(settings: Settings) -> Carrier | None:
    """The mail server of the settings; a folder without one in development, nobody in production."""
    if settings.smtp_host:
        return MailServer(settings)
    return None if settings.production else MailFolder(settings.mail_folder)


class MailFolder:
    """Writes letters as files that mail programs open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, message: EmailMessage, recipient: str, name: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{name}.eml"
        unfinished = path.with_suffix(".part")
        try:
            unfinished.write_bytes(message.as_bytes())
            os.replace(unfinished, path)
        except OSError as error:
            raise NotTaken(f"{type(error).__name__}: {error.strerror}") from error


class MailServer:
    """Hands letters to the mail server, one connection each."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def take(self, message: EmailMessage, recipient: str, name: str) -> None:
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            # The door is shut for every letter: a wrong password is no fault of this one.
            raise NotTaken(_said(error), shut=True) from error
        try:
            server.send_message(message, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise NotTaken(_words(code, text), for_good=_for_good(code, text)) from error
        except smtplib.SMTPSenderRefused as error:
            large = error.smtp_code == TOO_LARGE
            raise NotTaken(_said(error), for_good=large, shut=not large) from error
        except smtplib.SMTPDataError as error:
            raise NotTaken(_said(error), for_good=_for_good(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPNotSupportedError, UnicodeError) as error:
            raise NotTaken(_said(error), for_good=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(_said(error)) from error
        finally:
            # The letter is accepted or refused by now: a quarrel over saying goodbye changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                _allow(server, GOODBYE_SECONDS)
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        host, port = settings.smtp_host, settings.smtp_port
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=DOOR_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, timeout=DOOR_SECONDS)
        try:
            if settings.smtp_security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
            _allow(server, TAKING_SECONDS)
        except BaseException:
            server.close()
            raise
        return server


def _allow(server: smtplib.SMTP, seconds: float) -> None:
    """How long each of its next answers may take."""
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _for_good(code: int, text: bytes | str) -> bool:
    """Whether this mailbox, or this letter, is refused whenever it comes; what we are not allowed is neither."""
    return code >= 500 and not NOT_ALLOWED.match(_words(code, text))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _words(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {' '.join(words.split())}"

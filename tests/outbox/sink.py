# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server on the loopback that keeps what it is given, and refuses what a test tells it to."""

import email
import threading
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller

from tests.webserver import free_port

#: Looks at the recipient; answers an SMTP answer to refuse with, or None to go on.
Rule = Callable[[str], str | None]


class Sink:
    """Collects letters with the recipient of the envelope; each rule runs before the answer it is named after.

    ``way`` is how it is reached: encryption and password, as aiosmtpd names them.
    """

    def __init__(self, **way: Any) -> None:
        self.on_recipient: Rule = lambda _: None
        self.on_data: Rule = lambda _: None
        self.taken: list[tuple[str, EmailMessage]] = []
        self.raw: list[bytes] = []
        self._guard = threading.Lock()
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **way)

    async def handle_RCPT(  # noqa: N802 - named by aiosmtpd
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        refusal = self.on_recipient(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - named by aiosmtpd
        message = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        with self._guard:
            self.raw.append(envelope.content)
            self.taken += [(recipient, message) for recipient in envelope.rcpt_tos]
        return self.on_data(envelope.rcpt_tos[0]) or "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.taken]

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._controller.stop()

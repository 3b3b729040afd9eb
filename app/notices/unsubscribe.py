# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed paths that end e-mails of a kind without a log-in."""

from itsdangerous import BadSignature, URLSafeSerializer

from app.errors import NotFound
from app.notices.rules import REASONS

SALT = "unsubscribe"


class Unsubscribing:
    """Makes and reads the paths; whoever has one can only stop e-mails, nothing else."""

    def __init__(self, key: str) -> None:
        self._serializer = URLSafeSerializer(key, salt=SALT)

    def path(self, person_id: int, reason: str) -> str:
        return f"/disiscrizione/{self._serializer.dumps([person_id, reason])}"

    def read(self, token: str) -> tuple[int, str]:
        """Person and reason of a token, of a digest all its reasons joined by `+`. Raises ``NotFound``."""
        try:
            person_id, reason = self._serializer.loads(token)
        except (BadSignature, ValueError, TypeError) as error:
            raise NotFound("unsubscribe") from error
        if not set(str(reason).split("+")) <= REASONS.keys():
            raise NotFound("unsubscribe")
        return int(person_id), str(reason)

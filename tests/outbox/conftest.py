# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mail server of these tests, and sending as the worker does it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask

from app.config import Settings
from app.outbox.carrier import carrier
from app.outbox.chores import send_due
from tests.makers import NOW
from tests.outbox.sink import Sink

Send = Callable[..., int]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as started:
        yield started


@pytest.fixture
def posting(settings: Settings, sink: Sink) -> Settings:
    """Settings that lead to the mail server of the test."""
    return replace(
        settings,
        base_url="https://twinmetro.example",
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_security="none",
        feedback="aiuto@twinmetro.example",
    )


@pytest.fixture
def send(app: Flask, posting: Settings) -> Send:
    """Send what is due at an instant; answers how many letters were sent."""

    def run(at: datetime = NOW, settings: Settings = posting) -> int:
        taker = carrier(settings)
        assert taker is not None
        with app.app_context():
            return send_due(app.extensions["database"], settings, taker, clock=lambda: at)

    return run

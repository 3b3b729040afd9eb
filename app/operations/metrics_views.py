# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Prometheus, or a script, asks to watch over the site."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, request

from app.access import Action
from app.config import Settings
from app.later import later
from app.operations import measures
from app.operations.state import disk
from app.operations.views import now, private
from app.web.counted import Counts
from app.web.gate import permits
from app.web.release import VERSION
from app.web.unit import session

if TYPE_CHECKING:
    from prometheus_client import exposition, registry
else:
    exposition, registry = later("prometheus_client.exposition"), later("prometheus_client.registry")

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
@permits(Action.READ_METRICS)
def show() -> Response:
    """Answers with what is known, whatever is away."""
    settings: Settings = current_app.config["SETTINGS"]
    counts: Counts = current_app.extensions["counts"]
    stands, figures = measures.measured(session())
    stands["index"] = current_app.extensions["engine"].ready()
    families = [*measures.of_machine(stands, disk(settings.data_folder), VERSION), *counts.collect()]
    if figures is not None:
        families += measures.of_database(figures, current_app.extensions["chores"], now())
    told = registry.CollectorRegistry(auto_describe=False)
    told.register(Told(families))
    write, kind = _form(request.headers.get("Accept", ""))
    return private(Response(write(told), content_type=kind))


class Told:
    """What was gathered, as the library asks for it."""

    def __init__(self, families: list[Any]) -> None:
        self.families = families

    def collect(self) -> list[Any]:
        return self.families


def _form(accepted: str) -> tuple[Callable[[Any], bytes], str]:
    """How it is written, and the name of that form, as who asks can read it."""
    try:
        return exposition.choose_encoder(accepted)
    except TypeError:
        # A version that is no number.
        return exposition.choose_encoder("")

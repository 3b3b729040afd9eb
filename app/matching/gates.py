# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is never traded for a higher score: each gate with the reason that a person reads."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.matching.model import Need, Offer

Gate = Callable[[Need, Offer], Mapping[str, Any] | None]


def _own_city(need: Need, offer: Offer) -> Mapping[str, Any] | None:
    return {} if offer.city.slug == need.city.slug else None


def _unavailable(_need: Need, offer: Offer) -> Mapping[str, Any] | None:
    return None if offer.available else {}


def _excluded(need: Need, offer: Offer) -> Mapping[str, Any] | None:
    if offer.city.slug in need.unwanted:
        return {"chosen": True}
    return {} if offer.city.slug in need.excluded else None


def _size(need: Need, offer: Offer) -> Mapping[str, Any] | None:
    """A body whose size is not known is not known to be of the wanted one."""
    return {"size": offer.city.size} if need.sizes and offer.city.size not in need.sizes else None


def _twinned(need: Need, offer: Offer) -> Mapping[str, Any] | None:
    return {} if offer.solution in need.twinned else None


def _capacity(_need: Need, offer: Offer) -> Mapping[str, Any] | None:
    return None if offer.capacity > 0 and offer.city.capacity > 0 else {"days": offer.city.days}


def _declined(need: Need, offer: Offer) -> Mapping[str, Any] | None:
    return {} if (offer.solution, offer.city.slug) in need.declined else None


#: Every gate under the key of its reason, in the order in which they are asked.
GATES: Mapping[str, Gate] = {
    "own-city": _own_city,
    "unavailable": _unavailable,
    "excluded": _excluded,
    "size": _size,
    "twinned": _twinned,
    "capacity": _capacity,
    "declined": _declined,
}


#: Limits that a requester sets and can lift, each with what lifts it.
LIMITS: Mapping[str, Callable[[Need], Need]] = {
    "excluded": lambda need: replace(need, unwanted=frozenset()),
    "size": lambda need: replace(need, sizes=frozenset()),
}


def closed(need: Need, offer: Offer) -> tuple[str, Mapping[str, Any]] | None:
    """The first gate that keeps an offer from a request, with what its sentence needs; None where all are open."""
    for reason, gate in GATES.items():
        data = gate(need, offer)
        if data is not None:
            return reason, data
    return None

# SPDX-License-Identifier: AGPL-3.0-or-later
"""How ready an offer is to be given: maturity, evidence, kit, and whether its contact answers."""

from dataclasses import dataclass

from app.matching.model import Offer

MATURITY = {"": 0.3, "in-completamento": 0.4, "visibile": 0.6, "validata": 0.85, "pronta": 1.0}
EVIDENCE = {None: 0.5, 1: 0.6, 2: 0.75, 3: 0.85, 4: 0.95, 5: 1.0}
#: The most a kit counts that only somebody's word shows, without a document or an address.
SELF_DECLARED = 0.7
#: An offer without any kit can still be told by voice.
BARE_KIT = 0.5
#: Prior of the reply rate, Beta(4, 2): two replies out of three until the contact shows otherwise.
PRIOR_REPLIES, PRIOR_SILENCE = 4, 2


@dataclass(frozen=True)
class Readiness:
    """The product of four parts in [0, 1], each shown."""

    value: float
    maturity: float
    evidence: float
    kit: float
    replies: float


def readiness(offer: Offer) -> Readiness:
    """The geometric mean of maturity, evidence, kit and smoothed reply rate."""
    declared = offer.kit if offer.documented else min(offer.kit, SELF_DECLARED)
    kit = BARE_KIT + (1 - BARE_KIT) * declared
    replies = (offer.answered + PRIOR_REPLIES) / (offer.asked + PRIOR_REPLIES + PRIOR_SILENCE)
    maturity, evidence = MATURITY.get(offer.badge, MATURITY[""]), EVIDENCE.get(offer.evidence, EVIDENCE[None])
    value = (maturity * evidence * kit * replies) ** 0.25
    return Readiness(value, maturity, evidence, kit, replies)

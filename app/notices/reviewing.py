# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a notice quotes of a review: why a version came back, what was remarked."""

from typing import Any

from sqlalchemy.orm import Session

from app.journal.models import JournalEntry
from app.review import queries as reviews


def facts(session: Session, entry: JournalEntry) -> dict[str, Any]:
    """The words of whoever sent a version back, or left a remark; only those who work on the solution are told."""
    said = ""
    if entry.action == "solution-returned":
        review = reviews.review(session, int(entry.data["review"]))
        said = review.reason if review else ""
    elif entry.action == "comment-added":
        comment = reviews.comment(session, int(entry.data["comment"]))
        said = comment.text if comment else ""
    return {"quoted": said} if said else {}

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The journal: one row per decision, hash-chained, written in the same transaction."""

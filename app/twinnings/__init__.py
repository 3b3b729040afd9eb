# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transfers from one city to others: phases, milestones, people, outcome, the variant that comes back."""

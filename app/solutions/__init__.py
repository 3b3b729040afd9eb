# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documented solutions, their revisions, themes and the acts they rest on."""

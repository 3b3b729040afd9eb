# SPDX-License-Identifier: AGPL-3.0-or-later
"""Search: the engine, the index kept in step with the database, and the search page."""

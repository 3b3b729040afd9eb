# SPDX-License-Identifier: AGPL-3.0-or-later
"""What whoever runs the site looks after: chores of the worker, letters, the journal."""

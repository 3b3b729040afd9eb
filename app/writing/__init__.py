# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writing a solution: the working copy, the guided form, the kit."""

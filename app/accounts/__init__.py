# SPDX-License-Identifier: AGPL-3.0-or-later
"""People, their roles, how they come in, and what they may see of themselves."""

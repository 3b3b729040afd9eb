# SPDX-License-Identifier: AGPL-3.0-or-later
"""The commands of the project, a module for each group."""

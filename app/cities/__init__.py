# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of metropolitan cities and of the other bodies that give or take solutions."""

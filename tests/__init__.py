# SPDX-License-Identifier: AGPL-3.0-or-later
"""The tests: a description of the product."""

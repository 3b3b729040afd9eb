# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who could answer a request, why, and how all open requests are assigned at once: pure, explainable, repeatable."""

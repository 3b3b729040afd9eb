# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a submitted version to one that is ready to be re-used, and what keeps it true afterwards."""

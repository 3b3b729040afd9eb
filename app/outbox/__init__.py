# SPDX-License-Identifier: AGPL-3.0-or-later
"""The outbox: letters written in the same transaction as what they tell, sent later by the worker."""

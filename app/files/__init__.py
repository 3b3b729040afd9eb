# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files that people upload: recognised by content, checked and read in a process of their own, stored by digest."""

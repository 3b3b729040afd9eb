# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person follows and is told, on the site and by e-mail, and the desk."""

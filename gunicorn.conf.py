# SPDX-License-Identifier: AGPL-3.0-or-later
"""How gunicorn serves the site: two processes of eight threads unless the environment says otherwise."""

import gc
import os
from typing import Any

#: An empty variable is one that is not there; an address of version 6 stands in brackets (as in app/config.py).
host = os.environ.get("HOST") or "127.0.0.1"
bind = f"{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{os.environ.get('PORT') or '8000'}"
worker_class = "app.web.server.PatientWorker"
workers = int(os.environ.get("WEB_CONCURRENCY") or "2")
threads = int(os.environ.get("WEB_THREADS") or "8")
timeout = 30
graceful_timeout = 10
keepalive = 5
#: Read once, then forked: the workers share its memory. Nothing of it has a file, a connection or a thread open then.
preload_app = True
max_requests = 20_000
max_requests_jitter = 2_000
#: Nobody's headers are believed here: those of a proxy are read where the settings name one (`TWINMETRO_BEHIND_PROXY`).
forwarded_allow_ips = ""
#: All that gunicorn can read: an address of more than 4,094 characters the site refuses itself (app/web/errors.py).
limit_request_line = 8_190
limit_request_fields = 60
limit_request_field_size = 8_190
#: It would stand in the home of the user, which one of a service often has not, and two sites of a user would share it.
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def when_ready(server: Any) -> None:
    # Not at the top: whether the project is on the path is known once the application is loaded.
    from app.rubbish import give_back
    from app.web.warm import warm

    site = _site(server)
    site.extensions["counts"].begin()
    warm(site)
    give_back()


def _site(server: Any) -> Any:
    application = server.app.wsgi()
    # In front of the site the benchmarks put their bare page.
    return getattr(application, "app", application)


def pre_fork(_server: object, _worker: object) -> None:
    # A collection in a worker would write to, and so copy, every page that could stay shared.
    gc.collect()
    gc.freeze()


def post_fork(server: Any, _worker: object) -> None:
    _site(server).extensions["counts"].share()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sets the limits of this process, then becomes the program it was asked for: nothing runs before the limits hold."""

import os
import resource
import sys


def limit(seconds: int, memory: int, output: int) -> None:
    """Processor time, address space, size of a file written, open files; no memory dump."""
    bounds = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: output,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for name, bound in bounds.items():
        most = resource.getrlimit(name)[1]
        allowed = bound if most == resource.RLIM_INFINITY else min(bound, most)
        resource.setrlimit(name, (allowed, allowed))


def main() -> None:
    seconds, memory, output, *command = sys.argv[1:]
    limit(int(seconds), int(memory), int(output))
    os.execv(command[0], command)  # noqa: S606 - no shell; the command comes from bounded.py


if __name__ == "__main__":
    main()

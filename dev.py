#!/usr/bin/env python3
"""Entry point of all development commands: python3 dev.py --help."""

import sys

# Old interpreters must be able to read this file far enough to say what is wrong: no newer syntax here.
if sys.version_info < (3, 11):
    sys.stderr.write(
        "Plumbline needs Python 3.11 or newer; this is Python %d.%d (%s).\n"
        "Run dev.py with a newer one, for example: python3.11 dev.py demo\n"
        % (sys.version_info[0], sys.version_info[1], sys.executable)
    )
    sys.exit(2)

from devtools.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

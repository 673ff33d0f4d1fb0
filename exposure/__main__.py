"""``python -m exposure``."""

import sys

from exposure.cli import main

sys.exit(main())

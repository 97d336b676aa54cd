"""`python -m wsfake.cli`, for where the command is not on the path."""

import sys

from wsfake.cli import main

sys.exit(main())

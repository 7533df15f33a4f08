"""`python -m bot VERB`: what ./camtay opens once the environment stands."""

import sys

from bot.cli.main import main

sys.exit(main(sys.argv[1:]))

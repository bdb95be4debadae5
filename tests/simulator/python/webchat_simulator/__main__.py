"""``python -m webchat_simulator``: the program itself."""

import os
import sys

from . import program

os.execv(program(), ["webchat-simulator", *sys.argv[1:]])

"""What every test may use."""

import signal
import sys
from pathlib import Path

# Whoever starts the tests in the background hands Ctrl-C down as ignored, to every process that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, str(Path(__file__).parent))

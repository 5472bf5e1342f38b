"""The deployments of the worked cases in docs/cost.md."""

import re
from pathlib import Path

_TEXTS = (Path(__file__).parents[1] / "docs" / "cost.md").read_text("utf-8").split("### ")[1:]
_PLACES = ((2, 0), (3, 0), (3, 1), (4, 0))
BOUGHT, BY_TOKEN, OWN, HOURLY = (
    re.findall(r"```toml\n(.*?)```", _TEXTS[case], flags=re.S)[place] for case, place in _PLACES
)

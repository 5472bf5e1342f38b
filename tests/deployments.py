"""Deployments to compute with: a small rented one, a bought and a hosted one, and what a test changes in them."""

from outweigh.records import Deployment

PRICES = {"currency": "USD", "date": "2025-03-07", "source": "a quote"}
RENTED = {
    "name": "desk",
    "model": "small",
    "horizon_months": 12,
    "hardware": {"kind": "rented", "provider": "GCP", "gpu": "A100 (40 GB)", "price_per_hour": 2},
    "load": {"mean_requests_per_second": 1, "prompt_tokens": 300, "output_tokens": 100},
    "latency": {"percentile": 95, "seconds": 10},
    "service": {"slots": 8, "seconds": 2, "source": "assumed"},
}
BOUGHT = RENTED | {
    "hardware": {"kind": "bought", "gpu": "A100 (40 GB)", "price": 9000, "depreciation_years": 3, "watts": 200},
    "place": {"region": "here", "pue": 1.2, "tariff_per_kwh": 0.2},
}
HOSTED = {key: RENTED[key] for key in ("horizon_months", "load")} | {
    "name": "by the token",
    "model": "large",
    "hardware": {
        "kind": "hosted",
        "provider": "somebody",
        "price_per_million_prompt_tokens": 1,
        "price_per_million_output_tokens": 3,
    },
}


def deployment(base=RENTED, **changes):
    """A deployment: sections are changed key by key, None takes a key away, anything else is replaced."""
    values = dict(base)
    for name, change in changes.items():
        if isinstance(change, dict) and isinstance(values.get(name), dict):
            change = {key: value for key, value in (values[name] | change).items() if value is not None}
        values[name] = change
    return Deployment.model_validate(values, context={"price": PRICES})


def spread(low, likely, high):
    """An uncertain number."""
    return {"low": low, "likely": likely, "high": high}

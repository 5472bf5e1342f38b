"""What each word of the measured part means; docs/measuring.md says it at length."""

_PLURAL = ("In turns", "Faster, slower")
_MEANINGS = (
    (
        "Whole request",
        "From when a request was due to its last token. A sender that comes late hides nothing: waiting counts.",
    ),
    ("First token", "From when a request was due to its first token: reading the prompt, and the queue before it."),
    ("A further token", "The time from the first token to the last over the tokens after the first, per request."),
    ("Tokens a second", "All tokens written over the time that was measured; between batches the clock stands still."),
    (
        "Peak memory",
        "The most memory that the model's process held, or the accelerator where it ran on one. It was reached, so it"
        " has no interval. Expected is what the headers of the files let expect before loading.",
    ),
    (
        "Energy a token",
        "Joules of the measured repeats over the tokens that they wrote. The range bounds the error of the counter or"
        " of the estimate; it is not a confidence level.",
    ),
    (
        "Interval",
        "95 % of such intervals hold the true value. That of a median lies between two values that were seen, assumes"
        " no distribution, and counts neighbours that resemble each other as fewer. With too few values there is none.",
    ),
    (
        "How sure",
        "Half the width of the median's interval over the median. Looks come after 20, 30, 45, … repeats and ask for"
        " 97.5 %, so that stopping at a narrow interval does not favour chance.",
    ),
    (
        "Starts",
        "How many processes of the model the repeats come from, one after the other. Each has a speed of its own: from"
        " three on every interval of a time also holds what they differ by; with fewer none does.",
    ),
    (
        "Warm-up",
        "Leading repeats that are each out of line with all that follow, or that lie before a change of level. They"
        " count in no figure.",
    ),
    (
        "Out of line",
        "Further from the median than 3.5 robust standard deviations. Such repeats are counted and shown, and stay in"
        " every figure.",
    ),
    (
        "In turns",
        "Models that take turns, repeat by repeat, meet the same machine. Neighbours are compared in pairs, so what"
        " drifts is in both and cancels.",
    ),
    (
        "Faster, slower",
        "Said only if the whole interval of the ratio lies more than 1 % from equal. All else is no evidence, which"
        " does not prove that they are equal.",
    ),
)
_LIMITS = (
    "Requests within limits",
    "Requests a second that kept to every limit that was set (goodput), over the same time as the other rates.",
)


def meanings(*, several: bool, limited: bool) -> tuple[tuple[str, str], ...]:
    """The words that a page uses: turns and verdicts where there are several models, limits where some were set."""
    found = tuple(each for each in _MEANINGS if several or each[0] not in _PLURAL)
    return (*found, _LIMITS) if limited else found

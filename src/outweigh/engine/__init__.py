"""One evaluation end to end: plan, ask, mark, journal, resume."""

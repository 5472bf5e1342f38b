"""Results -> what a person decides by: comparisons with their uncertainty. Pure."""

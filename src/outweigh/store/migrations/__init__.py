"""How a database gets from one revision to the next. `database.REVISIONS` names every file in `versions/`."""

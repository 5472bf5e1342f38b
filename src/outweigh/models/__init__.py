"""From a model's name to a model that answers: find, check, convert, load; one file a source and one a backend."""

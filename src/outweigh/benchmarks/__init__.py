"""Where samples come from, how each is asked, how an answer is marked: one file a benchmark."""

"""Other programs that turn streams of speech into words, each driven in an environment of its own."""

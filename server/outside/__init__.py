"""Outside systems, one file each: the database, the bus, the language model, files on disk."""

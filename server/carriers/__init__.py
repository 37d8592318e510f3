"""One carrier, one file: its wire in, plain values out (`wire.py`). No sockets here."""

"""`python -m server` is `beatline`."""

from server.cli import main

main()

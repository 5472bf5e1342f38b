"""`python -m outweigh`."""

from outweigh.cli.main import main

main()

"""`python -m cookiegate` is the command `cookiegate`."""

from .cli import main

main(prog_name="cookiegate")

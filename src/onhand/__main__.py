"""`python -m onhand`: the command line."""

from onhand.app import main

main()

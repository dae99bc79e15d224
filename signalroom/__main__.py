"""`python -m signalroom` is the command `signalroom`."""

from signalroom.cli import main

main()

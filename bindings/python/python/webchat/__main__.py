"""``python -m webchat`` is the command ``webchat``."""

from .cli import main

if __name__ == "__main__":
    main()

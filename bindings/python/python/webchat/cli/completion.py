"""``webchat completion``: what a shell needs to complete the command's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from .output import line

EPILOG = """\b
Examples:
  webchat completion bash > ~/.local/share/bash-completion/completions/webchat
  webchat completion zsh > ~/.zfunc/_webchat
  webchat completion fish > ~/.config/fish/completions/webchat.fish
"""


@click.command("completion", short_help="Print what a shell needs to complete the words.", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Prints what SHELL needs to complete the words of the command."""
    from .app import app

    found = get_completion_class(shell)
    if found is None:
        raise click.ClickException(f"nothing is known of the shell {shell}")
    line(found(app, {}, "webchat", "_WEBCHAT_COMPLETE").source())

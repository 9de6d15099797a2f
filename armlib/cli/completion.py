"""``armlib completion``."""

from __future__ import annotations

import click

from armlib.cli.app import write_out

EXAMPLES = """\b
Examples:
  eval "$(armlib completion bash)"                       # in ~/.bashrc
  eval "$(armlib completion zsh)"                        # in ~/.zshrc
  armlib completion fish > ~/.config/fish/completions/armlib.fish
"""


@click.command("completion", short_help="Print the completion script for a shell.", epilog=EXAMPLES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete armlib's commands, options and files."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    root = context.find_root().command
    write_out(found(root, {}, "armlib", "_ARMLIB_COMPLETE").source().encode())

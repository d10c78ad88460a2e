"""One command, `fugai`, and its sub-commands."""

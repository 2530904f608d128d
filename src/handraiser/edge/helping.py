"""What does `--help` say? How a command is used, what each word means, examples, and the exit codes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["Command", "Commands"]

_WIDTH = 80
_COLUMN = 22  # where explanations begin
_EXIT_CODES = "Exit codes: 0 done, 1 a mistake in what was given, 2 misuse, 3 the world failed."
_MEANINGS = {
    "FILE": "FILE ends in .csv, .jsonl, .ndjson or .parquet, also with .gz behind it (not Parquet), "
    "or is a glob in quotes.",
    "TIME": "TIME is ISO 8601: 2026-06-30, or 2026-06-30T12:00:00Z; without an offset it is UTC.",
    "ZONE": "ZONE is a time zone such as Europe/Berlin.",
}


class Command(TyperCommand):
    """A command whose help is written here: its `help` is a sentence, its `epilog` examples, line by line."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the command."""
        formatter.write("\n\n".join(self._parts(ctx)) + "\n")

    def get_usage(self, ctx: Any) -> str:
        """Return the line of its use, with all that must be given."""
        needed = [_called(each) for each in self.params if each.required]
        return _wrapped(" ".join(["Usage:", ctx.command_path, *needed, "[OPTIONS]"]), indent=7)

    def _parts(self, ctx: Any) -> Iterator[str]:
        arguments = [each for each in self.params if each.param_type_name == "argument"]
        options = [each for each in self.params if each.param_type_name != "argument"]
        yield self.get_usage(ctx)
        yield _wrapped(self.help or "")
        if arguments:
            yield _listed("Arguments", [(_called(each), _explained(each)) for each in arguments])
        told = [(_called(each), _explained(each)) for each in options]
        yield _listed("Options", [*told, ("--help", "Show this and do nothing.")])
        # What FILE ends in is told of tables; an agreement is YAML.
        words = {each.metavar for each in options if not _is_agreement(each)}
        meanings = [text for word, text in _MEANINGS.items() if word in words]
        if meanings:
            yield "\n".join(_wrapped(text) for text in meanings)
        examples = (self.epilog or "").splitlines()
        title = "Example" if sum(line.startswith("handraiser ") for line in examples) == 1 else "Examples"
        yield "\n".join([f"{title}:", *(f"  {line}" for line in examples)])
        yield _EXIT_CODES


class Commands(TyperGroup):
    """Commands under one name; its help names each with what it does."""

    def get_usage(self, ctx: Any) -> str:
        """Return the line of their use."""
        return f"Usage: {ctx.command_path} COMMAND [OPTIONS]"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write what there is."""
        commands = [(name, str(command.help)) for name, command in self.commands.items()]
        options = [(_called(each), _explained(each)) for each in self.params]
        options.append(("--help", "Show this and do nothing."))
        parts = [
            self.get_usage(ctx),
            _wrapped(self.help or ""),
            _listed("Commands", commands),
            _listed("Options", options),
            f"Help on a command: {ctx.command_path} COMMAND --help",
            _EXIT_CODES,
        ]
        formatter.write("\n\n".join(parts) + "\n")


def _called(parameter: Any) -> str:
    """Return how the parameter is written: `AGREEMENT`, `--leads FILE`, `--points`."""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    return parameter.opts[0] if parameter.is_flag else f"{parameter.opts[0]} {parameter.metavar}"


def _is_agreement(parameter: Any) -> bool:
    return bool(parameter.name == "agreement")


def _explained(parameter: Any) -> str:
    said = [parameter.help or ""]
    if parameter.required:
        said.append("Needed.")
    elif parameter.default not in (None, "") and not getattr(parameter, "is_flag", False):
        said.append(f"Unless said: {parameter.default}.")
    return " ".join(said)


def _listed(title: str, entries: Sequence[tuple[str, str]]) -> str:
    return "\n".join([f"{title}:", *(_entry(word, meaning) for word, meaning in entries)])


def _entry(word: str, meaning: str) -> str:
    first = f"  {word}".ljust(_COLUMN)
    if not first.endswith("  "):
        first = f"  {word}  "
    return textwrap.fill(
        meaning, _WIDTH, initial_indent=first, subsequent_indent=" " * _COLUMN, break_on_hyphens=False
    )


def _wrapped(words: str, *, indent: int = 0) -> str:
    return textwrap.fill(words, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)

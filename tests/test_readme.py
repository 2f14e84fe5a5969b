"""The README says what is."""

from __future__ import annotations

from pathlib import Path

from fleetopt.doors.arguments import parser
from fleetopt.doors.cli import Exit
from fleetopt.inputs.schema import settable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_table() -> str:
    """The table of settings as the schema has it."""
    lines = ["| setting | unit | must be | default | meaning |", "|---|---|---|---|---|"]
    for name, column in settable().items():
        default = "" if column.default is None else column.default
        lines.append(f"| `{name}` | {column.unit} | {column.bounds} | {default} | {column.meaning} |")
    return "\n".join(lines)


def test_the_settings_are_those_of_the_schema():
    assert f"<!-- settings -->\n{settings_table()}\n<!-- end of settings -->" in README


def test_every_option_and_exit_code_is_described():
    commands = dict.fromkeys(("run", "check", "new", "prove", "doctor"), int)
    run = parser(commands)._subparsers._group_actions[0].choices["run"]
    for action in run._actions:
        for option in action.option_strings:
            if option not in ("-h", "--help"):
                assert f"`{option}" in README, option
    for code in Exit:
        assert f"| {code.value} |" in README, code


def test_every_module_stands_in_the_architecture():
    for path in (ROOT / "fleetopt").rglob("*.py"):
        if not path.name.startswith("__") and path.name != "reading.py":
            assert f"`{path.name}`" in README, path.name


def test_ci_runs_the_two_commands_of_the_readme():
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = [block.split("```")[0].strip() for block in README.split("```sh\n")[1:]]
    assert len(commands) == 2
    for command in commands:
        for part in command.split(" && "):
            words = [word for word in part.split() if word not in ("install",)]
            assert words[-1] in ci
            assert "python -m pip install" in ci

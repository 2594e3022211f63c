"""The page of the commands, from click; what click does not know (exit codes, the environment) stands here."""

from __future__ import annotations

from collections.abc import Iterator

import click

from policyengine.cli.program import root
from policyengine.diagnostics.i18n import Speech

_HEAD = {
    "en": """# Commands

Data goes to standard output, messages to standard error. `policyengine COMMAND --help` says the same as this page.
Where no rulebook is named, it is the one here or below `rules/`, else the one that is shipped.
""",
    "zh": """# 命令

数据写到标准输出，消息写到标准错误。`policyengine 命令 --help` 说的与本页相同。没有指明规则库时，用当前文件夹或 `rules/` 下的规则库，
都没有就用附带的规则库。
""",
}
_TAIL = {
    "en": """## Exit codes

| code | means |
|---|---|
| 0 | fine |
| 1 | faults that `check` finds; tests that fail, or cover too little; files that `fmt --check` would change; what `--fail-on` names |
| 2 | wrong usage: an unknown option, overlay, assumption, name |
| 3 | faults in a case (the other cases are judged) |
| 4 | with `--strict`: an outcome is undetermined or in conflict, or nothing at all is decided; `letter`: there is nothing to tell the party |
| 70 | a bug in the program; please report it |
| 74 | the output cannot be written: a full disk, a folder that is not there (told before the work) |
| 130 | interrupted |
| 141 | whoever read the output has gone |

## The environment

| variable | says |
|---|---|
| `LC_ALL`, `LC_MESSAGES`, `LANG` | the language, as everywhere; `--lang` comes first |
| `POLICYENGINE_RULES` | the folder of the rulebook, where `--rules` is left out |
| `POLICYENGINE_CACHE` | where parsed rulebooks are kept; `off` keeps none |
| `POLICYENGINE_DOCS` | where this documentation is published: `check` then prints the address of a diagnostic's page |
| `POLICYENGINE_DEBUG` | if set, a bug in the program is told with its trace |
| `NO_COLOR` | if set, no colours |
""",
    "zh": """## 退出码

| 代码 | 含义 |
|---|---|
| 0 | 正常 |
| 1 | `check` 发现错误；测试有不符或覆盖不足；`fmt --check` 会改动的文件；出现 `--fail-on` 所写的情况 |
| 2 | 用法不对：没有这个选项、试算方案、假设、名称 |
| 3 | 案件有错误（其他案件照常判断） |
| 4 | 用 `--strict` 时：有结论无法确定或规则矛盾，或者什么也没有判出；`letter`：没有需要告知该方的内容 |
| 70 | 程序本身的错误，请报告 |
| 74 | 写不出去：磁盘已满，文件夹不存在（动手之前就说明） |
| 130 | 被中断 |
| 141 | 读取输出的一方已经离开 |

## 环境变量

| 变量 | 含义 |
|---|---|
| `LC_ALL`、`LC_MESSAGES`、`LANG` | 语言，与其他程序相同；`--lang` 优先 |
| `POLICYENGINE_RULES` | 不写 `--rules` 时规则库所在的文件夹 |
| `POLICYENGINE_CACHE` | 解析好的规则库存在哪里；`off` 表示不存 |
| `POLICYENGINE_DOCS` | 这套文档发布在哪里：`check` 会给出诊断页面的网址 |
| `POLICYENGINE_DEBUG` | 设了就把程序错误的调用过程一并显示 |
| `NO_COLOR` | 设了就不用颜色 |
""",
}
_WORDS = {
    "command": {"en": "command", "zh": "命令"},
    "does": {"en": "does", "zh": "作用"},
    "option": {"en": "option", "zh": "选项"},
}


def cli_page(say: Speech, ending: str) -> str:
    """Return the page: every command, the exit codes, the variables of the environment."""
    language = say.language
    context = click.Context(root, info_name="policyengine")
    commands = list(_commands(root, context))
    lines = [_HEAD[language], _heading("command", "does", language)]
    for context in commands:
        name = context.command_path.removeprefix("policyengine ")
        short = context.command.short_help or ""
        lines.append(f"| [`{name}`](#{_anchor(context)}) | {_cell(short)} |")
    lines.append("")
    for context in commands:
        lines += _section(context, language)
    return "\n".join([*lines, _TAIL[language]])


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        if isinstance(command, click.Group):
            yield from _commands(command, inner)
        else:
            yield inner


def _anchor(context: click.Context) -> str:
    return context.command_path.replace(" ", "-")


def _section(context: click.Context, language: str) -> Iterator[str]:
    command = context.command
    yield f"## {context.command_path}"
    yield f"\n{command.help or ''}\n"
    yield f"```\n{context.command_path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    yield _heading("option", "does", language)
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record is not None and record[1]:
            yield f"| `{_cell(record[0])}` | {_cell(record[1])} |"
    yield ""


def _heading(first: str, second: str, language: str) -> str:
    return f"| {_WORDS[first][language]} | {_WORDS[second][language]} |\n|---|---|"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

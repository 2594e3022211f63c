"""The page of the recipes: what people ask, with the command that does it, and every recipe of the language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from page_links import slug

from policyengine.diagnostics.i18n import Speech

_LANGUAGE = Path(__file__).resolve().parent.parent / "docs" / "language"
_RECIPE = {"en": re.compile(r"^## (Recipe: (.+))$", re.M), "zh": re.compile(r"^## (做法：(.+))$", re.M)}
_TITLE = re.compile(r"^# (.+)$", re.M)
_HEAD = {
    "en": """# Recipes

What people ask, and the command or the page that answers.

## At the desk

| I want to … | do |
|---|---|
| judge a case without writing JSON | `policyengine case new POLICY --out case.yaml`, fill it in, `policyengine evaluate case.yaml` ([more](cases.md)) |
| know why | `policyengine evaluate CASE --why NAME`; a title does as well as a name ([more](reasons.md)) |
| know why not, and by how much it failed | `policyengine evaluate CASE --why-not RULE` |
| see what would be | `--set FACT=VALUE`; nothing after `=` takes the fact out |
| write to a buyer or seller | `policyengine letter CASE --to PARTY` ([more](letter.md)) |
| see what comes if nobody acts | `policyengine timeline CASE` ([more](timeline.md)) |
| try a figure that nobody has confirmed | `--overlay NAME` ([more](language/overlays.md)) |
| read an unclear passage otherwise | `--assume ID=READING` ([more](language/assumptions.md)) |
| judge a spreadsheet of cases | `policyengine batch cases.csv --out decisions.csv` ([more](batch.md)) |
| count cases of a week | `policyengine report NAME FILE --week 2012-W27` ([more](reports.md)) |

## At the rules

| I want to … | do |
|---|---|
| begin | `policyengine init FOLDER`; for cases that I have: `--from FILE` ([tutorial](tutorial.md)) |
| know what is wrong | `policyengine check`, then `policyengine explain-code CODE` ([all](codes/index.md)) |
| hear a rule as a sentence | `policyengine show NAME` |
| show somebody what I have changed | `policyengine diff git:main --format markdown` |
| know which past cases it changes, by how much and why | `policyengine impact git:main --cases FILE` ([a clerk's story](clerk-story.md)) |
| have cases to try on | `policyengine sample -n 1000 --out cases.ndjson` ([more](sample.md)) |
| write the missing tests | `policyengine test --suggest` |
| rename something everywhere | in an editor with `policyengine lsp` ([more](install.md#in-an-editor)) |
| print the rules | `policyengine book -o book.html` |
| see which passages have no rule | `policyengine clauses` |
| have all this done for each pull request | [in CI](ci.md) |

## In the language
""",
    "zh": """# 常见做法

大家会问的，以及回答它的命令或页面。

## 处理案件

| 我想…… | 这样做 |
|---|---|
| 不写 JSON 就判断一个案件 | `policyengine case new 政策 --out case.yaml`，填好，`policyengine evaluate case.yaml`（[详细](cases.zh.md)） |
| 知道为什么 | `policyengine evaluate 案件 --why 名称`；写标题也行（[详细](reasons.zh.md)） |
| 知道为什么不，差多少 | `policyengine evaluate 案件 --why-not 规则` |
| 看看假如怎样 | `--set 事实=值`；`=` 后面不写就去掉这个事实 |
| 给买家或卖家写信 | `policyengine letter 案件 --to 收件方`（[详细](letter.zh.md)） |
| 看看无人行动时会怎样 | `policyengine timeline 案件`（[详细](timeline.zh.md)） |
| 用尚未证实的数字试算 | `--overlay 名称`（[详细](language/overlays.zh.md)） |
| 换一种口径 | `--assume 假设=口径`（[详细](language/assumptions.zh.md)） |
| 判断一张表格里的案件 | `policyengine batch cases.csv --out decisions.csv`（[详细](batch.zh.md)） |
| 统计一周的案件 | `policyengine report 名称 文件 --week 2012-W27`（[详细](reports.zh.md)） |

## 修改规则

| 我想…… | 这样做 |
|---|---|
| 开个头 | `policyengine init 文件夹`；按已有的案件：`--from 文件`（[教程](tutorial.zh.md)） |
| 知道哪里有错 | `policyengine check`，再 `policyengine explain-code 代码`（[全部](codes/index.zh.md)） |
| 把规则读成一句话 | `policyengine show 名称` |
| 把改动说给别人 | `policyengine diff git:main --format markdown` |
| 知道哪些往期案件会变、变多少、为什么 | `policyengine impact git:main --cases 文件`（[规则人员的故事](clerk-story.zh.md)） |
| 要一些案件来试 | `policyengine sample -n 1000 --out cases.ndjson`（[详细](sample.zh.md)） |
| 补写缺少的测试 | `policyengine test --suggest` |
| 到处改名 | 在装有 `policyengine lsp` 的编辑器里（[详细](install.zh.md#在编辑器里)） |
| 打印规则 | `policyengine book -o book.html` |
| 看原文哪些地方没有规则 | `policyengine clauses` |
| 让每个合并请求都自动做这些 | [在 CI 中](ci.zh.md) |

## 用规则语言
""",
}
_COLUMNS = {"en": "| recipe | page |", "zh": "| 做法 | 页面 |"}


def recipes_page(say: Speech, ending: str) -> str:
    """Return the page."""
    rows = [row for path in sorted(_LANGUAGE.glob("*.md")) for row in _recipes(path, say, ending)]
    return "\n".join([_HEAD[say.language], _COLUMNS[say.language], "|---|---|", *rows])


def _recipes(path: Path, say: Speech, ending: str) -> Iterator[str]:
    if path.name.endswith(".zh.md") != (ending == ".zh.md"):
        return
    text = path.read_text("utf-8")
    title = _TITLE.search(text)
    assert title is not None
    for found in _RECIPE[say.language].finditer(text):
        place = f"language/{path.name}"
        yield f"| [{found[2]}]({place}#{slug(found[1])}) | [{title[1]}]({place}) |"

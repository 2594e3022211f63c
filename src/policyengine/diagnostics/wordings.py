"""Natural wrong words: what a clerk writes who does not know the words of the language, and what to write.

The words are those of other languages (SQL, Python, JSON Schema, spreadsheets), of everyday English and of
Chinese rules. Likeness of letters would answer the opposite (``lower_than`` is like ``more_than``), so a word
that stands here is never guessed by its letters.
"""

# ruff: noqa: E501  (a table is easier to read in long lines)

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Collection, Mapping

from policyengine.diagnostics.diagnostic import Message, message

# What to write, and the words that mean it. A word can stand in several lines: the first of them that the
# place allows is meant.
_MEANT: tuple[tuple[str, str], ...] = (
    # comparisons
    ("more_than", "greater_than greater gt bigger bigger_than larger larger_than higher higher_than above over"
                  " exceeds exceeding exceed more longer_than > 大于 高于 超过 多于 长于 超出"),
    ("less_than", "lower_than lower lt smaller smaller_than below under fewer fewer_than less shorter_than <"
                  " 小于 低于 少于 不足 不满 短于"),
    ("at_least", "gte ge >= ≥ => greater_or_equal greater_equal greater_than_or_equal greater_than_or_equal_to"
                 " more_or_equal min minimum least floor not_less_than no_less_than not_below not_lower_than"
                 " 至少 最少 不少于 不低于 不小于 大于等于 大于或等于 以上 下限 最小 最低 最小值"),
    ("at_most", "lte le <= ≤ =< less_or_equal less_equal less_than_or_equal less_than_or_equal_to max maximum most"
                " ceiling cap limit not_more_than no_more_than not_above not_exceeding not_greater_than up_to"
                " 至多 最多 不多于 不超过 不高于 不大于 小于等于 小于或等于 以下 以内 上限 最大 最高 最大值"),
    ("is", "equals equal eq == = equal_to is_equal_to same same_as 等于 是 为"),
    ("is_not", "not ne neq != <> ≠ not_equal not_equals not_equal_to isnt unequal differs different 不等于 不是 非"),
    ("one_of", "in is_in any_of is_one_of either among any isin 属于 之一 其中之一 在"),
    ("none_of", "not_in nin not_one_of neither nor not_any_of notin 不属于 都不是 不在"),
    ("in", "in_set is_in_set member_of element_of belongs_to in_list within_set 属于集合 在集合中"),
    ("not_in", "not_in_set outside_of not_member_of not_element_of out_of 不属于集合 不在集合中"),
    ("sets", "set groups group enums enumerations named_lists 集合 组"),
    ("between", "range in_range from_to betwixt 介于 之间 区间 范围"),
    ("before", "earlier_than earlier prior_to prior 早于 之前 以前"),
    ("after", "later_than later following 晚于 迟于 之后 以后"),
    ("not_before", "since from no_earlier_than not_earlier_than on_or_after earliest from_when 不早于 起"),
    ("not_after", "until by no_later_than not_later_than on_or_before latest till through 不晚于 不迟于 截至 截止"),
    ("every_year", "season seasonal seasons yearly annually annual each_year every_years per_year recurring repeats"
                   " 每年 每年的 季节 逐年"),
    ("known", "exists exist present is_known has_value has_a_value defined available 已知 有值 存在"),
    ("happened", "occurred has_happened has_occurred took_place done passed 已发生 发生 已经发生"),
    # conditions
    ("all", "and all_of allof every both && 且 并且 全部 同时 都 和 所有 以及"),
    ("any", "or one_of anyof either oneof || 或 或者 任一 任何 任意 其一 之一"),
    ("not", "none neither nor nand unless except no ! 非 不 除非 没有 并非"),
    ("any_of", "some exists exist any_record has 存在 某个 有"),
    ("count_of", "count number_of how_many number size 计数 个数 次数 数量"),
    ("first", "earliest 首个 第一个 首次"),
    ("last", "latest newest 最后 最后一个 最近"),
    ("next", "following 下一个 下一条"),
    ("previous", "prior preceding before_that 上一个 上一条 前一个"),
    ("where", "when if filter condition conditions with 其中 条件"),
    ("list", "of in records from 列表 记录"),
    ("other", "others another except_this the_others 其他 其余 另外"),
    ("earlier", "earlier_records before_this so_far 之前的 先前"),
    # what a case says of itself
    ("case", "id case_id case_no number case_number 案件 案件编号 案号 编号 案件号"),
    ("notes", "note remark remarks comment comments 备注 附注 说明 注"),
    ("as_of", "asof judged_at judged_as_of 判断时点 判断时间"),
    # rules
    ("when", "if condition conditions where given provided whenever on 如果 若 当 条件 假如"),
    ("then", "conclude concludes conclusion conclusions result results outcome outcomes effect do set consequence"
             " 那么 则 结果 结论"),
    ("overrides", "override overrule overrules exceptions exception_to priority beats precedes over supersedes"
                  " 优先 覆盖 优先于 推翻"),
    ("notices", "notify notification notifications tell inform messages message next_steps 通知 提示 告知"),
    ("for_each", "foreach each for loop for_all per 每个 每条 对每个"),
    ("title", "name label heading caption description desc 名称 标题 名字"),
    ("source", "reference ref clause clauses cite citation basis law origin 来源 依据 出处 条款"),
    ("quote", "text wording words citation 原文 引文"),
    ("section", "chapter article paragraph part 章节 篇 章 节"),
    ("clauses", "clause ids 条款"),
    ("document", "doc file book 文件 文档"),
    ("documents", "sources docs files 文件"),
    # what has become of a deadline, and what a test expects
    ("missed", "late overdue delayed too_late expired 逾期 超期 超时 已超时 未履行 迟"),
    ("lapsed", "expired forfeited 失效 过期"),
    ("ended", "over finished expired 结束 到期 已到期"),
    ("met", "done fulfilled kept performed on_time in_time 履行 完成 已完成 按时 按期"),
    ("open", "running pending ongoing in_progress active 进行 未到期"),
    ("not_started", "pending before waiting 未开始 还没开始"),
    ("stopped", "cancelled canceled void 停止 取消 中止"),
    ("paused", "suspended on_hold standing_still frozen halted 暂停 停计"),
    ("undetermined", "unknown undecided uncertain open unclear pending not_known 未定 无法确定 未确定 待定 不确定 未知 不明"),
    ("not_applicable", "na none null inapplicable irrelevant 不适用 无 没有"),
    ("conflict", "contradiction contradictory conflicting 冲突 矛盾"),
    # deadlines
    ("starts", "start begin begins begins_at starts_at start_at from since started_by after trigger 开始 起算 起点 起始"),
    ("within", "duration length period time time_limit limit term for lasts due_in 期限 时长 时限 期间"),
    ("met_by", "met done done_by fulfilled_by fulfilled satisfied_by completed_by complete act ends_with 完成 履行"),
    ("ends", "end until due due_at ends_at ends_on end_at deadline expires expires_at by latest 截止 到期 届满"),
    ("pauses", "pause paused paused_by paused_while pausing suspended suspended_by suspended_while suspends suspend"
               " stands_still hold holds on_hold frozen freeze interrupted interrupted_by 暂停 中止 停止计时 不计 扣除"),
    ("stopped_by", "stop stops stopped ended_by cancelled_by canceled_by 停止 终止"),
    ("owed_until", "owed no_longer_owed excused_by excused moot_after moot waived_by given_up_by 免除 不再要求 免于履行"),
    ("who", "party actor owner whose responsible by person 谁 主体 义务人 当事人"),
    ("counting", "counts count counted count_by 计算方式 计算"),
    ("kind", "type sort 种类 类别"),
    # amounts
    ("base", "amount of from sum value principal 基数 本金"),
    ("plus", "add added addition additions + 加 加上"),
    ("minus", "subtract less deduct deducted deduction deductions - 减 减去 扣除"),
    ("rate", "percent percentage share_rate 比例 费率"),
    ("rounding", "round rounded 取整 舍入"),
    ("times", "multiply multiplied multiplied_by multiplier factor by_number * × 乘 乘以 倍数 倍"),
    ("divided_by", "divide divided over per_part split_by 除以 分成"),
    ("formula", "expression calculation calc compute computed equation expr 公式 算式 计算"),
    ("bands", "tiers brackets steps slabs scale thresholds levels 分档 档次 级距 阶梯"),
    ("bands_apply_to", "apply_to marginal mode band_mode 适用于 分档方式"),
    ("up_to", "to until limit max below upto at_most 至 不超过 以下"),
    # questions that give values
    ("total_of", "sum_of sum total sum_all add_up totals aggregate 合计 总和 求和 累计"),
    ("least_of", "min_of min minimum minimum_of lowest smallest lowest_of smallest_of 最小 最低"),
    ("greatest_of", "max_of max maximum maximum_of highest largest highest_of largest_of 最大 最高"),
    ("count_of", "number_of count how_many size_of length_of 条数 个数 数量"),
    ("position_of", "rank rank_of position place_of index_of order_of 名次 排名 第几"),
    ("share_of", "share split allocate allocation prorate pro_rata distribute 分摊 按比例"),
    ("latest", "latest_of last_of max_of later_of the_latest whichever_is_later 最晚 较晚"),
    ("earliest", "earliest_of first_of min_of sooner_of soonest whichever_is_sooner 最早 较早"),
    ("end_of", "end end_of_month end_of_year end_of_day end_of_week month_end year_end last_day_of close_of until_end_of through midnight_of eod eom eoy 末 末尾 月底 年底 底 截止于"),
    ("last_second_of", "last_moment_of last_instant_of last_minute_of 最后一刻 最后时刻"),
    ("start_of", "start begin_of beginning beginning_of first_day_of first_moment_of from_start_of 开始 初 月初 年初"),
    ("otherwise", "default else if_none fallback if_missing or_else if_absent 否则 默认 没有时"),
    ("different", "distinct unique differing 不同 去重"),
    # policies
    ("policy", "id key name 政策"),
    ("parameters", "params parameter figures constants variables settings numbers 参数"),
    ("deadlines", "deadline clocks timers time_limits periods terms 期限 时限"),
    ("amounts", "amount fees sums money moneys 金额"),
    ("rules", "rule 规则"),
    # tables
    ("tables", "table price_list price_lists rate_card lookup lookups decision_table matrix grid 表 表格 价目表"),
    ("asks", "inputs input columns column ask by keys key conditions when lookup match on 输入 列 条件 按"),
    ("gives", "outputs output result results returns then give value outcome conclusions 输出 结果 得出 给出"),
    ("rows", "row lines entries data values cases body 行 各行 数据"),
    ("file", "csv path sheet spreadsheet data_file source_file import from_file excel 文件 表格文件"),
    ("versions", "version dated history editions releases 版本 各版本"),
    ("overlap", "hit_policy policy overlaps several_rows conflicts on_overlap match 重叠 多行"),
    ("otherwise", "else default default_value fallback if_none if_no_row 否则 默认 其他"),
    ("refused", "unique not_allowed forbidden error none never 不允许 禁止"),
    ("first_row_counts", "first first_row top priority first_match first_hit 第一行 最前一行"),
    ("all_rows_count", "all collect every sum all_rows 全部 各行都算"),
    ("applies_to", "scope applies for only_for when 适用 适用于 适用范围"),
    ("effective", "valid in_force validity dates date 生效 有效期"),
    ("from", "start starts since begin valid_from effective_from 起 自 从 开始"),
    ("until", "to end ends through till valid_until valid_to effective_until 止 至 到 结束"),
    ("by", "date dated_by act who actor 按 within at_least length lead"),
    ("value", "is amount figure 值 数值"),
    ("values", "value options choices enum allowed allowed_values items 值 选项 可选值"),
    # facts
    ("type", "kind data_type datatype 类型"),
    ("if_missing", "default default_value optional required nullable 默认 默认值 缺省"),
    ("combine", "combined aggregate aggregation aggregated_by add_up accumulate accumulates merge reduce total"
                " 合成 合并 累加 累计 汇总"),
    ("sum", "add added add_up added_up total totals plus accumulate sum_of total_of + 相加 累加 合计 求和 总和 加总"),
    ("least", "min minimum lowest smallest lower earliest min_of least_of 最小 最低 最少 最早"),
    ("greatest", "max maximum highest largest biggest higher latest worst max_of greatest_of 最大 最高 最多 最晚"),
    ("yes_if_any", "any or any_of one some any_yes if_any 任一 或 有一即是"),
    ("yes_if_all", "all and all_of every all_yes if_all 全部 且 都是"),
    ("for_record", "record_only note_only informational info_only unused ignored ignore not_used memo archive"
                   " 仅记录 只作记录 备查 不参与判断"),
    ("role", "category direction 角色"),
    ("dated_by", "date at when timestamp dated 日期"),
    ("facts", "fact fields properties columns vocabulary 事实 字段"),
    ("lists", "list records arrays 列表"),
    ("readings", "options values choices interpretations 口径 解释"),
    ("default", "if_missing standard preferred 默认"),
    ("members", "parties consists_of 成员"),
    # notices
    ("to", "who recipient party for whom 给 对象"),
    ("text", "message words content title 内容"),
    ("otherwise", "else if_not or_else consequence default default_value fallback if_none if_no_rule 否则 逾期 默认"),
    # tests
    ("expect", "expected expects then result results outcome assert should_be 预期 期望"),
    ("as_of", "at when date instant time now judged_at on 时点"),
    ("given", "case input facts data when 给定 案件"),
    ("checks", "check asserts assertions expectations 检查"),
    ("cases", "case tests test scenarios examples 用例 案例"),
    ("fixtures", "fixture shared common bases 共用"),
    ("faults", "fault errors error diagnostics"),
    ("assume", "assumptions assumption readings reading"),
    ("use", "fixture base extends from uses"),
    ("because", "rules reasons reason since why"),
    ("name", "title test id label 名称"),
    # words of the vocabulary: types, roles, kinds, roundings, counting
    ("count", "integer int whole whole_number natural quantity 数量 整数 个数 次数"),
    ("text", "string str char varchar free_text 文本 文字 字符串"),
    ("boolean", "bool yes_no yesno flag logical true_false 是否 布尔"),
    ("number", "float decimal numeric double real 数字 小数"),
    ("instant", "datetime timestamp time date_time moment 时间 时刻 日期时间"),
    ("date", "day 日期"),
    ("money", "currency amount price sum cny rmb yuan 金额 钱"),
    ("percent", "percentage rate ratio share 百分比 比例"),
    ("choice", "enum option options select enumeration 选项 枚举"),
    ("duration", "period interval length timedelta days hours time_span 时长 期间"),
    ("business_days", "workdays working_days businessdays work_days business_day workday 工作日"),
    ("given", "input in source 输入 给定"),
    ("outcome", "output result out final 输出 结果"),
    ("derived", "computed intermediate calculated inferred 推导 中间"),
    ("duty", "obligation must shall required 义务 必须 应当"),
    ("right", "may optional can option 权利 可以"),
    ("permission", "may can right allowed 允许 可以"),
    ("advice", "should recommendation hint info note 建议"),
    ("warning", "caution alert warn 警告 提醒"),
    ("half_up", "nearest round normal commercial half 四舍五入"),
    ("half_even", "bankers banker even bankers_rounding 四舍六入 银行家"),
    ("up", "ceil ceiling round_up 向上 进一"),
    ("down", "floor truncate trunc round_down 向下 舍去"),
    ("included", "inclusive include yes 包含"),
    ("excluded", "exclusive exclude no 不包含"),
    ("business_days_only", "workdays working_days business_days 工作日"),
    ("calendar", "calendar_days natural_days whole_days midnight 自然日"),
    ("months", "month months_and_years years year calendar_months 月 个月 年"),
    ("business_hours", "working_hours work_hours workhours office_hours opening_hours business_hour 工作小时 工作时间"),
    ("hours", "opening_hours business_hours working_hours office_hours open opening 营业时间 工作时间"),
    ("cut_off", "cutoff cut_off_time cutoff_time cut_off_at order_by deadline_time 截单 截止时间 截单时间"),
    ("day_ends", "day_end end_of_day eod closes closing_time close_of_business cob 下班 一天结束"),
    ("month_end", "month_ends end_of_month eom last_day_of_month 月末"),
    ("ends_on_holiday", "on_holiday holiday_rule if_holiday weekend_rule roll rolls adjust falls_on_holiday 顺延 遇节假日"),
    ("next_business_day", "next_working_day next_workday following roll_forward forward next moves moved 下一个工作日 顺延"),
    ("stays", "unchanged none stay same keep no 不变"),
    ("stays_last_day", "last_day_of_month end_of_month eom always_last_day 月末"),
    ("time_zone", "timezone tz zone time_zones iana place by_clock_of midnight_of clock_of local_time 时区 按何地时间 当地时间"),
    ("country", "base region code like extends based_on iso 国家 地区"),
    ("weekend", "weekends days_off rest_days non_working_days 周末 休息日"),
    ("holidays", "holiday closed closings closed_on closing_days public_holidays bank_holidays 假日 节假日 假期"),
    ("workdays", "make_up_days extra_days worked working_days extra_workdays open_on 调休 调休日 上班日"),
    ("make_up_hours", "hours_of_make_up_days make_up_day_hours 调休时间"),
    ("languages", "lang langs language locale locales tongues 语言 语种"),
    ("monday", "mon 周一 星期一"),
    ("sunday", "sun 周日 星期日"),
)  # fmt: skip

_OPPOSITES = (
    {"at_least", "at_most"},
    {"more_than", "less_than"},
    {"before", "after"},
    {"not_before", "not_after"},
    {"before", "not_before"},
    {"after", "not_after"},
    {"is", "is_not"},
    {"one_of", "none_of"},
    {"all", "any"},
    {"first", "last"},
    {"next", "previous"},
    {"plus", "minus"},
    {"from", "until"},
    {"included", "excluded"},
    {"up", "down"},
    {"met_by", "stopped_by", "owed_until"},
)
_ALIKE = 0.65
_ALIKE_NATURAL = 0.8  # a natural word is not what was typed: more must speak for it
_MARGIN = 0.12
_LONGEST = 40
_KNOWN_NO = message("write `known: no`")
_NO_ELSE = message(
    "there is no `else`: write `otherwise` at the fact that the rule concludes, or a second rule with the other"
    " conditions"
)
_UNLESS = message(
    "write `when: {example}`, or a rule of its own that `overrides` this one", example="{not: {…}}"
)
_WITHIN = message(
    "write how long, and before or after what: `{example}`", example="{within: 7 days, after: …}"
)
_AGO = message("write how long ago: `{example}`", example="{at_least: 18 years ago}")
_NONE_OF = message("write `not: {example}`", example="{any: […]}")
_CONDITIONS_STAND_HERE = message("leave the word out: conditions are written here directly")
_LENGTH = message("write `within` with number and unit, such as `{example}`", example="within: 24 hours")
_OF_DEADLINE = message(
    "write it in the `counting` of each deadline that counts its days by the clock of another place"
)
_SEASON = message(
    "days of every year are a condition: write `{example}`",
    example="when: {order.at: {every_year: {from: 11-01, until: 12-31}}}",
)
_CONTAINS = message("a text can only be compared as a whole: ask with `is` or `one_of`")

# What cannot be said by another word alone: a key that only such places allow, the wrong words, what to do.
_ADVICE: tuple[tuple[str, str, Message], ...] = (
    ("known", "missing unknown null empty absent is_null not_known undefined blank 未知 缺失 空 为空", _KNOWN_NO),
    ("happened", "not_happened not_yet pending never 未发生 尚未发生", message("write `happened: no`")),
    ("same", "之内 期间内 within_the_last in_the_last last recent no_more_than", _WITHIN),
    ("same", "ago age older_than older younger_than younger 年满 已满 未满 以前多久", _AGO),
    ("between", "contains like matches starts_with ends_with includes regex 包含 含有", _CONTAINS),
    ("count_of", "none_of no_of nand", _NONE_OF),
    ("count_of", "if when where condition conditions 如果 若 当 条件", _CONDITIONS_STAND_HERE),
    ("overrides", "else otherwise elif else_if 否则", _NO_ELSE),
    ("overrides", "unless except exception without 除非 除外", _UNLESS),
    ("met_by", "days hours minutes weeks business_days workdays working_days 天 小时 工作日", _LENGTH),
)  # fmt: skip

_WHERE = message(
    "write `where`: which records of `list` are pauses; without a list, `from` has a value only then"
)
_FIRST_AFTER = message("the first one after a time is found: write `after` or `not_before`")
_LIST = message("write `list`, with the list whose records are pauses")
_DAYS_OF_VALUES = message(
    "days stand with the values: `{example}`", example="values: [{value: …, from: 2026-01-01}]"
)
_DAYS_OF_POLICY = message(
    "it is in force on the days of its policy: write `effective` there, give the figures in it days (`{example}`),"
    " or ask for the days in `when`",
    example="values: [{value: …, from: 2026-01-01}]",
)
# What a word would mean elsewhere, and what to do where it stands: keys that together only such a place allows.
_HERE: tuple[tuple[frozenset[str], str, Message], ...] = (
    (frozenset(("cut_off", "ends_on_holiday")), "time_zone", _OF_DEADLINE),
    (frozenset(("end_of", "after")), "before not_after until", _FIRST_AFTER),
    (frozenset(("list", "from", "until", "where")), "when if condition conditions only_if 如果 当 条件", _WHERE),
    (frozenset(("list", "from", "until", "where")), "for_each each of in records 每个 列表", _LIST),
    (frozenset(("by", "from", "until")), "every_year season seasonal yearly annually each_year 每年", _SEASON),
    (frozenset(("values", "by")), "effective valid in_force from until since valid_from valid_until effective_from"
     " effective_until 生效 有效期 自 至", _DAYS_OF_VALUES),
    (frozenset(("starts", "met_by")), "effective valid in_force validity 生效 有效期", _DAYS_OF_POLICY),
    (frozenset(("base", "rounding")), "effective valid in_force validity from until 生效 有效期", _DAYS_OF_POLICY),
)  # fmt: skip


def plain(word: str) -> str:
    """Return a word in small letters of usual width, its parts joined by underscores."""
    text = unicodedata.normalize("NFKC", word).strip().casefold()
    return text.replace("-", "_").replace(" ", "_") if len(text) > 1 else text


@functools.cache
def _table() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for right, words in _MEANT:
        for word in words.split():
            found.setdefault(word, []).append(right)
    return {word: tuple(rights) for word, rights in found.items()}


@functools.cache
def _advice() -> Mapping[str, tuple[tuple[str, Message], ...]]:
    found: dict[str, list[tuple[str, Message]]] = {}
    for place, words, advice in _ADVICE:
        for word in words.split():
            found.setdefault(word, []).append((place, advice))
    return {word: tuple(all_of_it) for word, all_of_it in found.items()}


def right_word(word: str, allowed: Collection[str]) -> str | None:
    """Return the word of the language that a natural word means at a place, or None."""
    return next((one for one in _table().get(plain(word), ()) if one in allowed), None)


def advice_here(word: str, allowed: Collection[str]) -> Message | None:
    """Return what to do about a word that would be right elsewhere, and is not meant to be moved there."""
    written = plain(word)
    return next(
        (told for keys, words, told in _HERE if keys.issubset(allowed) and written in words.split()), None
    )


def advice(word: str, allowed: Collection[str]) -> Message | None:
    """Return what to do about a natural word that a place does not take, or None if it is none."""
    found = next((told for place, told in _advice().get(plain(word), ()) if place in allowed), None)
    if found is not None:
        return found
    right = right_word(word, allowed)
    return None if right is None else message("write `{word}`", word=right)


def stands_for(word: str, allowed: Collection[str]) -> str | None:
    """Return the key whose place a natural word takes, so that the key is not told as missing as well."""
    right = right_word(word, allowed)
    told = advice(word, allowed)
    return right or {_LENGTH: "within", _UNLESS: "when"}.get(told) if told is not None else None


def misspelt(word: str, allowed: Collection[str]) -> str | None:
    """Return the word of a closed vocabulary that a misspelt one is, or None if that is not plain.

    Of two words that mean opposite things, and are alike to this one, none is guessed.
    """
    short = plain(word)
    if not short or len(short) > _LONGEST:
        return None
    forms = {plain(one): one for one in sorted(allowed) if one != word}
    if short in forms:
        return forms[short]
    if short in _table() or short in _advice():
        return None
    natural = {one: right for one in _table() if (right := right_word(one, allowed)) is not None}
    every = {**natural, **forms}
    import difflib  # only needed for a mistake, and slow to import

    close = difflib.get_close_matches(short, sorted(every), n=6, cutoff=_ALIKE - _MARGIN)
    close = [one for one in close if len(one) > 2 or abs(len(one) - len(short)) <= 1]
    best = _likeness(short, close[0]) if close else 0.0
    if best < _ALIKE:
        return None
    if close[0] not in forms and best < _ALIKE_NATURAL:
        return None
    meant = {every[one] for one in close if _likeness(short, one) >= best - _MARGIN}
    return None if any(pair <= meant for pair in _OPPOSITES) else every[close[0]]


def _likeness(one: str, other: str) -> float:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, other, one).ratio()

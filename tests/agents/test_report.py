"""The report: figures that a hand can check, as JSON and back, as a page, and beside an earlier one."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from agents.evaluation.calibration import Bin
from agents.evaluation.report.compare import compared, differences, signed, verdict
from agents.evaluation.report.figures import (
    Diagram,
    Figure,
    Mistake,
    Report,
    Roc,
    Section,
    area,
    count,
    mean,
    share,
    timings,
)
from agents.evaluation.report.page import SHOWN, page
from agents.evaluation.report.table import table
from agents.evaluation.report.wire import ReportInvalid, decoded, encoded

HOSTILE = '</td><script>alert(1)</script><img src="https://evil.example/x" onerror="alert(2)">&amp;'


def report(*figures: Figure, **more: object) -> Report:
    section = replace(Section("verdict", "Whether it is known.", figures), **more)  # type: ignore[arg-type]
    return Report(
        "1.0", "2026-11-25T08:00:00Z", "orchestratai eval --only verdict", "2 processors", sections=(section,)
    )


def text(drawn: object) -> str:
    console = Console(width=160, record=True, file=StringIO())
    console.print(drawn)
    return console.export_text()


def test_a_share_is_counted_and_judged_from_the_better_side() -> None:
    [right] = share("right", "all", [True, True, True, False], target=0.75)
    [wrong] = share("wrong", "all", [True, False], target=0.4, better="lower")
    assert (right.value, right.of, right.met) == (0.75, 4, True)
    assert (wrong.value, wrong.met) == (0.5, False)
    assert share("right", "all", []) == []
    assert share("right", "all", [True])[0].met is None


def test_scores_that_tell_two_kinds_apart_are_drawn_through_every_step() -> None:
    [figure], [roc] = area("AUROC", "all", [0.9, 0.8, 0.7, 0.1], [True, False, True, False])
    assert figure.value == 0.75
    assert roc.points == ((0, 0), (0, 0.5), (0.5, 0.5), (0.5, 1), (1, 1))
    assert area("AUROC", "all", [1.0], [True]) == ([], [])
    _, [tied] = area("AUROC", "all", [0.5, 0.5], [True, False])
    assert tied.points == ((0, 0), (1, 1))


def test_means_and_times_are_of_what_was_measured() -> None:
    [figure] = mean("nDCG", "all", [1.0, 0.5])
    assert (figure.value, figure.of) == (0.75, 2)
    p50, p95 = timings("routing", "all", [1.0, 2.0, 9.0], target=2.0)
    assert (p50.value, p50.met, p95.target) == (2.0, True, None)
    assert p95.value > 8


def test_the_table_names_what_misses_its_target() -> None:
    made = report(*share("declined", "[bold]all", [True] * 8 + [False] * 2, target=0.9), notes=("give --mtrag DIR",))
    lines = text(table(made)).splitlines()
    [line] = [line for line in lines if "declined" in line]
    assert "80.0%" in line
    assert "≥ 90%" in line
    assert "MISSED" in line
    assert "[bold]all" in line
    assert "0 of 1 targets met" in lines[0]
    assert any("give --mtrag DIR" in line for line in lines)


def test_a_report_comes_back_from_json_with_its_figures() -> None:
    [figure] = share("declined", "all", [True, True, False, True], target=0.9)
    made = report(replace(figure, interval=(0.2, 0.9)), timings=tuple(timings("routing", "all", [1.0])))
    stored = json.loads(encoded(made))
    assert stored["missed"] == ["verdict: declined (all)"]
    back = decoded(encoded(made), "a.json").sections[0]
    assert [(f.name, f.value, f.target, f.interval) for f in back.figures] == [("declined", 0.75, 0.9, (0.2, 0.9))]
    assert [f.unit for f in back.timings] == ["ms", "ms"]


@pytest.mark.parametrize(
    "content", ["nonsense", "[]", "{}", "3", '{"report": 1}', '{"report": 1, "version": "1", "sections": 4}', "\xff"]
)
def test_what_is_no_report_is_named_with_what_to_do(content: str) -> None:
    with pytest.raises(ReportInvalid, match=r"old\.json is not a report\. Give a file that"):
        decoded(content.encode("latin-1"), "old.json")


def test_a_report_of_another_version_is_told_apart() -> None:
    with pytest.raises(ReportInvalid, match="another version"):
        decoded(b'{"report": 99}', "old.json")


class Tags(HTMLParser):
    """Every tag with its attributes, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.said += data


def test_the_page_escapes_every_text_and_asks_no_host_for_anything() -> None:
    [figure] = share(HOSTILE, HOSTILE, [True, False], target=0.9)
    section = Section(
        "verdict",
        HOSTILE,
        (figure,),
        tuple(timings(HOSTILE, HOSTILE, [1.0, 2.0], target=1.0)),
        (Roc(HOSTILE, ((0, 0), (1, 1)), 0.5),),
        (Diagram(HOSTILE, (Bin(0.5, 0.4, 10),)),),
        (Mistake(HOSTILE, HOSTILE, HOSTILE),),
        (HOSTILE,),
    )
    made = page(Report(HOSTILE, HOSTILE, HOSTILE, HOSTILE, {HOSTILE: 1}, {HOSTILE: HOSTILE}, (section,)))
    parsed = Tags()
    parsed.feed(made)
    names = {tag for tag, _ in parsed.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "image", "use", "foreignobject"}
    assert {value for _, attrs in parsed.tags for name, value in attrs.items() if name in ("href", "src")} == {
        "#verdict"
    }
    assert not [name for _, attrs in parsed.tags for name in attrs if name.startswith("on")]
    assert "url(" not in made
    assert "@import" not in made
    assert parsed.said.count(HOSTILE) >= 12
    assert "default-src 'none'" in made


def test_the_page_draws_a_curve_a_diagram_and_a_bar_for_each_step() -> None:
    made = page(
        report(
            *share("declined", "all", [True, False], target=0.4),
            timings=tuple(timings("routing", "all", [1.0, 3.0]) + timings("verdict", "all", [2.0])),
            rocs=(Roc("all", ((0, 0), (0, 1), (1, 1)), 1.0),),
            diagrams=(Diagram("all", (Bin(0.2, 0.1, 3), Bin(0.9, 0.8, 5))),),
            mistakes=tuple(Mistake("all", f"question {n}", "declined") for n in range(SHOWN + 3)),
        )
    )
    assert made.count("<svg") == 4
    assert made.count('class="dot"') == 2
    assert made.count('class="median"') == 2
    assert 'points="44.0,230.0 44.0,10.0 264.0,10.0"' in made
    assert "and 3 more in the JSON report" in made
    assert re.search(r"<strong>1</strong> of 1 targets met", made)


def test_comparing_marks_a_regression_and_lets_noise_be_noise() -> None:
    hits = {name: [True] * right + [False] * (100 - right) for name, right in (("a", 90), ("b", 90), ("c", 60))}
    then = report(*(f for name, each in hits.items() for f in share(name, "all", each, target=0.88)))
    hits = {"a": [True] * 70 + [False] * 30, "b": [True] * 87 + [False] * 13, "c": [True] * 90 + [False] * 10}
    now = report(*(f for name, each in hits.items() for f in share(name, "all", each, target=0.88)))
    found = differences(now, then)
    assert [each.sort for each in found] == ["regression", "noise", "improvement"]
    assert [signed(each) for each in found] == ["-20.0 pp", "-3.0 pp", "+30.0 pp"]
    assert [verdict(each) for each in found] == [
        "REGRESSION, target now missed",
        "within noise, target now missed",
        "better",
    ]
    told = text(compared(found, then))
    assert "REGRESSION" in told
    assert "-20.0 pp" in told


def test_the_same_questions_are_compared_one_by_one() -> None:
    def hits(wrong: set[int]) -> Report:
        return report(*share("declined", "all", [n not in wrong for n in range(40)]))

    then = hits({0, 1})
    assert [each.sort for each in differences(hits({0, 1, 2, 3, 4}), then)] == ["noise"], "three more may be luck"
    assert [each.sort for each in differences(hits({0, 1, 2, 3, 4, 5, 6, 7}), then)] == ["regression"], "six are not"
    moved = hits({2, 3, 4, 5, 6, 7, 8, 9})
    assert [each.sort for each in differences(moved, then)] == ["noise"], "two got better meanwhile"
    [unpaired] = differences(hits({0, 1, 2, 3, 4, 5, 6, 7}), report(*share("declined", "all", [True] * 38 + [False])))
    assert unpaired.noise > 0.1, "another set's questions are others"


def test_comparing_knows_which_way_is_better() -> None:
    then = report(count("obeyed", "hostile", 0, 60, target=0), timings=tuple(timings("routing", "all", [4.0])))
    now = report(count("obeyed", "hostile", 1, 60, target=0), timings=tuple(timings("routing", "all", [4.9])))
    assert [each.sort for each in differences(now, then)] == ["regression", "noise", "noise"]
    slower = report(timings=tuple(timings("routing", "all", [20.0])))
    assert [each.sort for each in differences(slower, then)] == ["regression", "regression"]
    assert [each.sort for each in differences(then, slower)][1:] == ["improvement", "improvement"]


def test_comparing_with_itself_finds_nothing_and_new_figures_are_called_new() -> None:
    made = report(*share("a", "all", [True, False, True]))
    assert [each.sort for each in differences(made, decoded(encoded(made), "x"))] == ["same"]
    more = report(*share("a", "all", [True, False, True]), *share("b", "all", [True]))
    assert [verdict(each) for each in differences(more, made)] == ["", "new"]

"""How far work is: bars in a terminal, plain lines elsewhere."""

from io import StringIO

from rich.console import Console

from server.progress import Bars, bar, progress


def test_elsewhere_than_in_a_terminal_each_quarter_is_a_plain_line() -> None:
    out = StringIO()
    with progress(Console(file=out)) as told:
        told("Learning [bold]", 0, 0)
        for done in range(1, 101):
            told("Asking", done, 100)
    assert out.getvalue().splitlines() == [
        "Learning [bold]",
        "Asking: 1 of 100",
        "Asking: 25 of 100",
        "Asking: 50 of 100",
        "Asking: 75 of 100",
        "Asking: 100 of 100",
    ]


def test_in_a_terminal_each_piece_of_work_has_its_bar_and_one_without_an_end_makes_room() -> None:
    drawn = bar(Console(file=StringIO(), force_terminal=True, width=80))
    told = Bars(drawn)
    told("Learning", 0, 0)
    told("Asking", 3, 4)
    assert [(task.description, task.completed, task.total) for task in drawn.tasks] == [("Asking", 3, 4)]
    told("Asking", 4, 4)
    assert drawn.finished

"""CSV files: each row names its columns, and stays whole."""

from pathlib import Path

import pytest

from agents.knowledge import tables
from agents.knowledge.chunking import chunks
from agents.knowledge.documents import DocumentUnreadable, read
from agents.knowledge.tables import rows


def test_each_row_names_its_columns() -> None:
    text = 'Plan,Price,Note\nTeam,20 EUR,"one, or\nmore"\n\nSolo,,\nMax,50 EUR,x,extra\n'
    assert rows(text).splitlines() == [
        "- Plan: Team; Price: 20 EUR; Note: one, or more",
        "- Plan: Solo",
        "- Plan: Max; Price: 50 EUR; Note: x; extra",
    ]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_signs_may_part_the_cells(sign: str) -> None:
    assert rows(f"Plan{sign}Price\nTeam{sign}1,5 EUR\n") == "- Plan: Team; Price: 1,5 EUR"


def test_a_chunk_holds_several_whole_rows(tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    path.write_text("Plan,Files\n" + "".join(f"Plan {n},{n} GB\n" for n in range(200)))
    pieces = chunks(read(path).sections)
    assert len(pieces) > 3
    assert all(line.startswith("- Plan: Plan ") for piece in pieces for line in piece.text.splitlines())
    assert sum(len(piece.text.splitlines()) for piece in pieces) == 200


def test_long_names_do_not_make_a_small_file_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rows(f"{'n' * 5000}\na\n") == f"- {'n' * tables.MAX_NAME}: a"
    monkeypatch.setattr(tables, "MAX_TEXT", 1000)
    path = tmp_path / "a.csv"
    path.write_text("name\n" + "x\n" * 200)
    with pytest.raises(DocumentUnreadable, match="split it"):
        read(path)


def test_a_broken_table_is_named_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n"x"y,z\n')
    with pytest.raises(DocumentUnreadable, match="is no CSV"):
        read(path)

"""HTML pages: what of a page is its text, and that the text is as the reader sees it."""

import pytest

from agents.knowledge.webpage import html_sections


def text(page: str) -> str:
    return "\n".join(section.text for section in html_sections(page)[1])


def test_the_doctype_is_not_read_aloud() -> None:
    page = (
        "<?xml version='1.0'?><!DOCTYPE html><html><head><title>T</title></head><body><p>Ten users.</p></body></html>"
    )
    assert text(page) == "Ten users."


def test_divisions_are_parted_and_words_within_a_line_are_not() -> None:
    page = "<div>Price: 20 EUR.</div><div>Click <b>Save</b>, <i>then <b>wait</b></i>.</div><p>One<br>two</p>"
    assert text(page) == "Price: 20 EUR.\n\nClick Save, then wait.\n\nOne two"


def test_items_cells_and_headings_keep_their_words_whole() -> None:
    page = """<h1>T</h1><h2>What is <code>x</code>?</h2><ul><li>Click <b>Save</b>.</li></ul>
    <table><tr><td><b>20</b>%</td><td><p>a</p><p>b</p></td></tr></table>"""
    (section,) = html_sections(page)[1]
    assert section.heading == "What is x?"
    assert section.text == "- Click Save.\n\n| 20% | a b |"


def test_a_paragraph_after_a_list_or_table_does_not_go_on_with_its_last_item() -> None:
    page = "<ul><li>One.</li></ul><p>After.</p><table><tr><td>a</td><td>b</td></tr></table><p>Last.</p>"
    assert text(page) == "- One.\n\nAfter.\n\n| a | b |\n\nLast."


def test_headers_of_an_article_are_read_and_those_of_the_site_are_not() -> None:
    page = """<title>Refunds – Acme</title><header><a>Shop</a></header><div role="navigation">Menu</div><main><article>
    <header><h1>Refunds</h1></header><p>Five days.</p><section><header><h2>Annual</h2></header><p>Thirty.</p></section>
    </article></main><button>Copy</button>"""
    title, sections = html_sections(page)
    assert title == "Refunds"
    assert [(each.heading, each.text) for each in sections] == [("", "Five days."), ("Annual", "Thirty.")]


def test_a_form_around_the_whole_page_is_read_and_a_form_that_asks_is_not() -> None:
    page = "<form><h1>Refunds</h1><p>Five days.</p><select><option>EN</option></select></form><form>Your name</form>"
    assert text(page) == "Five days."


def test_a_cell_that_spans_rows_is_said_in_each_of_them() -> None:
    page = """<table><tr><th>Plan</th><th>Region</th><th>Price</th></tr>
    <tr><td rowspan="2">Team</td><td>EU</td><td rowspan="3">20</td></tr><tr><td>US</td></tr>
    <tr><td colspan="2">All others</td></tr></table>"""
    assert text(page).split("\n")[1:] == ["| Team | EU | 20 |", "| Team | US | 20 |", "| All others | 20 |"]


def test_a_table_that_lays_out_a_page_is_no_table() -> None:
    page = """<table><tr><td>Shop</td><td><h1>Refunds</h1><p>Five days.</p><h2>Annual</h2>
    <table><tr><td>a</td><td>b</td></tr></table></td></tr></table>"""
    title, sections = html_sections(page)
    assert title == "Refunds"
    assert [(each.heading, each.text) for each in sections] == [("", "Shop\n\nFive days."), ("Annual", "| a | b |")]


def test_links_to_a_heading_are_not_part_of_it_and_lead_there_all_the_same() -> None:
    page = """<h1>T</h1><h2 id="a">Limits<a class="headerlink" href="#a">¶</a></h2><p>1</p>
    <h2>Files<a href="#b" id="b">#</a></h2><p>2</p>"""
    assert [(each.heading, each.anchor) for each in html_sections(page)[1]] == [("Limits", "a"), ("Files", "b")]


def test_a_raised_number_is_not_taken_for_digits_of_the_one_before_it() -> None:
    page = '<p>Up to 10<sup>6</sup> rows in 30<sup><a href="#f">1</a></sup> days on 5 m<sup>2</sup>.</p>'
    assert text(page) == "Up to 10^6 rows in 30 days on 5 m2."


@pytest.mark.parametrize("times", [3, 5000])
def test_elements_that_are_never_closed_end_where_the_next_begins(times: int) -> None:
    page = "<p>One.\n" * times + "<ul><li>a<li>b</ul><table><tr><td><p>1<td>2<tr><td>3<td>4</table>"
    paragraphs = text(page).split("\n\n")
    assert paragraphs == ["One."] * times + ["- a\n- b", "| 1 | 2 |\n| 3 | 4 |"]


def test_a_long_cell_is_not_said_again_and_no_page_grows_without_end() -> None:
    page = f"<table><tr><td rowspan=2>{'long ' * 50}</td><td>a</td></tr><tr><td>b</td></tr></table>"
    assert text(page).split("\n")[1] == "|  | b |"
    spans = "<table><tr>" + "<td rowspan=1000>x</td>" * 300 + "<tr><td>y</td>" * 1000 + "</table>"
    assert len(text(spans)) < 1_000_000

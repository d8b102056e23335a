from bench.cases import Case, Target
from bench.client import Request
from bench.gauges import Asked
from bench.measure import Result, Round
from bench.report import SECTION, line_of, line_of_value, put_into_page, said, table


def a_round(cpu_ms, statements=5, milliseconds=(10.0, 20.0)):
    return Round(list(milliseconds), cpu_ms - 1, 1.0, 50.0, {"SELECT  1": Asked(statements, 0.1)})


def a_line(target, candor, floor):
    ask = lambda number: Request("/")  # noqa: E731
    return line_of(Result(Case("list", ask, ask, target), candor, floor))


def test_each_round_is_compared_with_the_floor_beside_it():
    line = a_line(Target(times_floor=5), [a_round(8), a_round(80), a_round(9)], [a_round(2), a_round(20), a_round(3)])
    assert line.figures["times_floor"] == 4
    assert line.is_met


def test_what_the_door_costs_is_taken_off_once_and_told_beside_the_whole():
    ask = lambda number: Request("/")  # noqa: E731
    door = Result(Case("nothing", ask, ask), [a_round(4)], [a_round(1)])
    search = Result(Case("search", ask, ask, Target(times_floor=4, times_floor_behind=4)), [a_round(12)], [a_round(2)])
    line = line_of(search, door)
    assert (line.figures["times_floor"], line.figures["times_floor_behind"]) == (6, 4)
    assert (line.target, line.is_met) == ("× floor ≤ 4, × behind the door ≤ 4", False)


def test_one_part_of_a_target_missed_is_all_of_it_missed():
    target = Target(cpu_ms=10, statements=4)
    assert a_line(target, [a_round(9, statements=4)], [a_round(1)]).is_met
    assert a_line(target, [a_round(9, statements=5)], [a_round(1)]).is_met is False
    assert a_line(target, [a_round(11, statements=4)], [a_round(1)]).is_met is False
    assert a_line(Target(), [a_round(99)], [a_round(1)]).is_met is None


def test_the_table_is_aligned_and_says_what_was_missed():
    lines = [a_line(Target(cpu_ms=5), [a_round(9.25)], [a_round(2)]), line_of_value("memory", 90, 45, "MB", 100)]
    head, rule, first, second = table(lines).splitlines()
    assert len({len(head), len(rule), len(first), len(second)}) == 1
    assert first.split("|")[1:5] == [" list   ", " 20.0    ", " 20.0   ", " 9.2: 8.2 + 1.0   "]
    assert first.endswith(" CPU ms ≤ 5 | NO  |")
    assert second.endswith(" ≤ 100 MB   | yes |")


def test_the_page_keeps_its_words_and_gets_the_last_figures(tmp_path):
    told = {"date": "2026-11-22", "commit": "abc", "contacts": 500, "machine": "2 × x", "versions": "y", "others": 0.5}
    page = tmp_path / "benchmark.md"
    page.write_text(f"# How quick\n\nWords.\n\n{SECTION}\n\nold figures\n")
    put_into_page(said([line_of_value("memory", 90, 45, "MB", 100)], ["A scan."], told), page)
    text = page.read_text()
    assert text.startswith(f"# How quick\n\nWords.\n\n{SECTION}\n\n2026-11-22, abc, 500 contacts")
    assert "old figures" not in text
    assert "| memory " in text and "A scan." in text and "Others used 50%" in text

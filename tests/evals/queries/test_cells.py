"""Reading single cells and exporting all."""

from uuid import uuid4

import pytest

from promptassay.core.errors import NotFound
from promptassay.evals.models import Cell
from promptassay.evals.queries import cells
from tests.evals.factories import finish_run, make_run, make_suite
from tests.people import Person


def test_a_cell_knows_its_neighbours_and_its_output(alice: Person) -> None:
    with alice.inside():
        run = finish_run(make_run(alice.actor, make_suite(alice.actor, cases=3)), {})
        ids = list(Cell.objects.filter(run=run).order_by("position").values_list("id", flat=True))
        first, middle = cells.get_cell(run, ids[0]), cells.get_cell(run, ids[1])
        assert (first.previous_id, first.next_id) == (None, ids[1])
        assert (middle.previous_id, middle.next_id) == (ids[0], ids[2])
        assert middle.output is not None and middle.output.output == "We refund you."


def test_a_cell_of_another_run_is_not_found(alice: Person) -> None:
    with alice.inside():
        run, other = make_run(alice.actor), make_run(alice.actor)
        cell = Cell.objects.filter(run=other)[0]
        for wrong in (cell.id, uuid4()):
            with pytest.raises(NotFound):
                cells.get_cell(run, wrong)


def test_siblings_are_the_cells_of_the_same_case(alice: Person) -> None:
    with alice.inside():
        run = make_run(alice.actor, repeats=3)
        cell = Cell.objects.filter(run=run).order_by("position")[1]
        assert [each.position for each in cells.siblings(cell)] == [0, 1, 2]


def test_an_export_reads_every_cell_once_in_batches(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "_EXPORT_BATCH", 2)
    with alice.inside():
        run = finish_run(make_run(alice.actor, make_suite(alice.actor, cases=5)), {})
        found = list(cells.export_cells(run))
        assert [cell.position for cell, _ in found] == [0, 1, 2, 3, 4]
        assert {output for _, output in found} == {"We refund you."}

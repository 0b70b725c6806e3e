"""Reading single cells with their outputs, and all of them for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from promptassay.core.errors import NotFound
from promptassay.evals.models import Cell, CellOutput, Run

_EXPORT_BATCH = 1000


@dataclass(frozen=True)
class CellView:
    """One cell with its case, version and output (None before it is done), and the cells before and after it."""

    cell: Cell
    output: CellOutput | None
    previous_id: UUID | None
    next_id: UUID | None


def get_cell(run: Run, cell_id: UUID) -> CellView:
    """One cell of a run; NotFound when there is none."""
    cell = Cell.objects.select_related("run_case", "version").filter(run=run, pk=cell_id).first()
    if cell is None:
        raise NotFound()
    around = {
        position: each
        for each, position in Cell.objects.filter(
            run=run, position__in=[cell.position - 1, cell.position + 1]
        ).values_list("id", "position")
    }
    return CellView(
        cell=cell,
        output=CellOutput.objects.filter(cell=cell).first(),
        previous_id=around.get(cell.position - 1),
        next_id=around.get(cell.position + 1),
    )


def siblings(cell: Cell) -> list[Cell]:
    """All cells of the same case, in order, this one among them."""
    same = Cell.objects.select_related("version").filter(run_id=cell.run_id, run_case_id=cell.run_case_id)
    return list(same.defer("version__messages", "version__tools").order_by("position"))


def page_of_cells(run: Run, *, page: int, per_page: int) -> list[tuple[Cell, CellOutput | None]]:
    """One page of a run's cells in order, each with its case, its version and its output. Two statements."""
    start = (page - 1) * per_page
    cells = list(
        Cell.objects.select_related("run_case", "version")
        .defer("version__messages", "version__tools", "run_case__variables", "run_case__checks")
        .filter(run=run, position__gte=start, position__lt=start + per_page)
        .order_by("position")
    )
    outputs = {each.cell_id: each for each in CellOutput.objects.filter(cell__in=[cell.id for cell in cells])}
    return [(cell, outputs.get(cell.id)) for cell in cells]


def export_cells(run: Run) -> Iterator[tuple[Cell, str]]:
    """Every cell in order with its output's text, read in batches."""
    start = 0
    while True:
        cells = list(
            Cell.objects.select_related("run_case")
            .filter(run=run, position__gte=start, position__lt=start + _EXPORT_BATCH)
            .order_by("position")
        )
        if not cells:
            return
        rows: Any = CellOutput.objects.filter(cell__in=[each.id for each in cells])
        outputs: dict[UUID, str] = dict(rows.values_list("cell_id", "output"))
        for cell in cells:
            yield cell, outputs.get(cell.id, "")
        start += _EXPORT_BATCH

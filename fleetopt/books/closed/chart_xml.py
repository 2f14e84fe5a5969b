"""Charts of a closed workbook: those that show whole columns of a table show its new rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from fleetopt.books.closed.areas import Area, reference
from fleetopt.books.closed.sheet_xml import escaped, namespace, number_text
from fleetopt.books.placing import Placing
from fleetopt.words.content import Formula, Value

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_CACHES = ("numCache", "strCache", "multiLvlStrCache")


@dataclass(frozen=True)
class Refill:
    """A table with new rows."""

    old: Area
    new: Area
    placing: Placing


def update_chart(root: Any, refills: Iterable[Refill], sheets: Iterable[str]) -> bool:
    """Let the series of a chart follow the tables; says whether anything changed."""
    is_changed = False
    for formula in root.iter(f"{namespace(root)}f"):
        text = (formula.text or "").strip()
        cells = reference(text, sheets)
        refill = next((refill for refill in refills if cells and cells.is_body_of(refill.old)), None)
        if cells is None or refill is None:
            continue
        is_resized = refill.new != refill.old
        if is_resized:
            formula.text = f"{text.rpartition('!')[0]}!{cells.grown(refill.old, refill.new).absolute}"
        is_changed |= is_resized
        series = formula.getparent()
        cache = next(series.iterchildren(*(f"{namespace(series)}{name}" for name in _CACHES)), None)
        if cache is None:
            continue
        column, placing = cells.left - refill.old.left, refill.placing
        if cells.left == cells.right and column in placing.columns:
            is_changed |= _set_cache(cache, [row[placing.columns.index(column)] for row in placing.rows])
        elif is_resized:
            series.remove(cache)
    return is_changed


def _set_cache(cache: Any, values: Sequence[Value]) -> bool:
    """Set what a chart shows until it is drawn anew; says whether anything changed."""
    before = etree.tostring(cache)
    space = namespace(cache)
    for part in [*cache.iterchildren(f"{space}ptCount", f"{space}pt")]:
        cache.remove(part)
    last = cache.makeelement(f"{space}ptCount", val=str(len(values)))
    cache.insert(0 if cache.find(f"{space}formatCode") is None else 1, last)
    for i, value in enumerate(values):
        shown = value.value if isinstance(value, Formula) else value
        if shown is None or (isinstance(shown, str) and cache.tag == f"{space}numCache"):
            continue
        point = cache.makeelement(f"{space}pt", idx=str(i))
        etree.SubElement(point, f"{space}v").text = escaped(shown) if isinstance(shown, str) else number_text(shown)
        last.addnext(point)
        last = point
    return bool(etree.tostring(cache) != before)

"""The case: everything one optimisation needs to know of a depot, as checked arrays under the names of its parts."""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fleetopt.depot import AXES, DERIVED, FIGURES, INDEXES, PARTS, PURCHASES, TABLES, gathered
from fleetopt.depot.part import Array, Figure, Flow, Item
from fleetopt.words.columns import Table

FloatArray = NDArray[np.float64]
_TEXTS = ("label", "text", "choice")
_AXES_OF_TABLES = {table.makes: table for table in TABLES.values() if table.makes}
_ROWS = {table.called: table for table in TABLES.values() if table.called and not table.makes}
_IN_A_CASE = {name: figure for name, figure in FIGURES.items() if figure.axes is not None}


class Case:
    """One depot, one scenario. Arrays are read-only; a scalar or a smaller array is spread over the missing axes.

    Its attributes are the figures, the derived arrays and the labels of all parts, by name; units are those of their
    declarations. Flows are kWh a day of the day type; money is USD.

    Raises:
        ValueError: an array does not fit its axes, or holds what is not a finite number of 0 or more.
    """

    def __init__(self, **given: Any) -> None:
        """Take labels, figures and rows by name; a derived array that is given is not derived."""
        self._values: dict[str, Any] = {}
        self._given = given
        known = {*AXES.values(), *_ROWS, *_IN_A_CASE, *DERIVED}
        if unknown := given.keys() - known:
            raise TypeError(f"a case has no {', '.join(sorted(unknown))}")
        for axis, table in _AXES_OF_TABLES.items():
            self._values[AXES[axis]] = _labels(table, given.get(table.called, ()))
        self.sets: dict[str, Sequence[Any]] = {axis: self._values[AXES[axis]] for axis in _AXES_OF_TABLES}
        for name, table in _ROWS.items():
            rows = tuple(given.get(name, ()))
            self._values[name] = tuple(row_of(table)(**row) if isinstance(row, Mapping) else row for row in rows)
        for name, figure in _IN_A_CASE.items():
            self._values[name] = self._figure(figure, given.get(name))
        for name, derived in DERIVED.items():
            if name in given:
                self._values[name] = self._spread(name, derived.axes, given[name])
        self.purchases = tuple(kind for kind in PURCHASES if kind.where is None or kind.where(self))
        self.items = tuple(_items(self))
        self.sets["n"] = tuple(item.name for item in self.items)
        for part in PARTS:
            if part.refuse:
                part.refuse(self)
        for index in INDEXES.values():
            self._values[index.name] = tuple(index.formula(self))
            self.sets[index.axis] = self._values[index.name]

    def __getattr__(self, name: str) -> Any:
        """A figure, a derived array, or the labels of an axis."""
        values = self.__dict__.get("_values", {})
        if name not in values:
            if name not in DERIVED or not values:
                raise AttributeError(f"a case has no {name}")
            derived = DERIVED[name]
            found = derived.formula(self)
            values[name] = self._spread(name, derived.axes, found, may_be_infinite=derived.is_endless)
        return values[name]

    def replace(self, **changes: Any) -> Case:
        """The same depot with other figures."""
        return Case(**{**self._given, **changes})

    @property
    def figures(self) -> dict[str, Any]:
        """Every figure by its name."""
        return {name: self._values[name] for name in _IN_A_CASE}

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each axis."""
        return {axis: len(labels) for axis, labels in self.sets.items()}

    @property
    def item_price(self) -> FloatArray:
        """(n, y) price of everything that can be bought, after factors [USD/unit]."""
        shape = (len(self.items), len(self.years))
        factors = [getattr(self, item.purchase.factor) if item.purchase.factor else 1.0 for item in self.items]
        prices = [self._of_item(item, item.purchase.price) for item in self.items]
        return np.array([price * factor for price, factor in zip(prices, factors, strict=True)]).reshape(shape)

    @property
    def item_counts(self) -> FloatArray:
        """(n, 1) 1 where the yearly budget pays for it, else 0."""
        counts = [
            not item.purchase.counts or getattr(self, item.purchase.counts)[item.row] == "yes" for item in self.items
        ]
        return np.array(counts, dtype=float)[:, None]

    @property
    def item_existing(self) -> FloatArray:
        """(n, 1) what is there from the start."""
        return self._of_items("existing", 0.0)

    @property
    def item_life(self) -> FloatArray:
        """(n, 1) infinite where it outlives every horizon [years]."""
        return self._of_items("life", math.inf)

    @property
    def item_upkeep(self) -> FloatArray:
        """(n, 1) what keeping one costs [USD/unit/year]."""
        return self._of_items("upkeep", 0.0)

    def _of_items(self, field: str, otherwise: float) -> FloatArray:
        """(n, 1) a figure of everything that can be bought, named by a field of its purchase."""
        names = [getattr(item.purchase, field) for item in self.items]
        figures = [
            self._of_item(item, name)[0] if name else otherwise for item, name in zip(self.items, names, strict=True)
        ]
        return np.array(figures, dtype=float)[:, None]

    def _of_item(self, item: Item, name: str) -> Array:
        """(y,) a figure of something that can be bought."""
        values = getattr(self, name)
        return np.broadcast_to(values if item.row is None else values[item.row], (len(self.years),))

    def most_into(self, sink: str) -> Array:
        """(y, d, s) more than this no plan can carry into a sink [kWh a day]."""
        flows = (flow for flow in gathered("decisions") if isinstance(flow, Flow) and flow.sink == sink)
        shape = tuple(self.sizes[axis] for axis in "yds")
        return np.broadcast_to(sum(flow.reach(self) for flow in flows), shape)

    def is_on(self) -> list[str]:
        """Names of the refinements that this depot uses."""
        return [part.name for part in PARTS if part.is_on and part.is_on(self)]

    def where(self, y: int, d: int, s: int) -> str:
        """Name one slot for people: "2029 12PM-6PM", with the day type where there are several."""
        return self.place(y=y, d=d, s=s)

    def place(self, **index: int) -> str:
        """Name one element by its place on some axes: the year, a day type where there are several, the slot."""
        told = [axis for axis in index if axis not in ("c", "n") and (axis != "d" or len(self.day_types) > 1)]
        return " ".join(_said(self.sets[axis][index[axis]]) for axis in told)

    def _figure(self, figure: Figure, value: Any) -> Any:
        """A figure as the array that it is declared to be."""
        axes = figure.axes or ""
        shape = tuple(len(self.sets[axis]) for axis in axes)
        if figure.kind not in _TEXTS:
            return self._spread(
                figure.name, axes, _filled(figure, value, 0 in shape), may_be_infinite=figure.is_endless
            )
        value = figure.default if value is None else value
        texts = np.broadcast_to(np.asarray(value, dtype=object), shape)
        known = (*figure.choices, *(() if figure.is_needed else (None,)))
        if figure.choices and (wrong := [text for text in texts.ravel() if text not in known]):
            raise ValueError(f"{figure.name} must be {' or '.join(figure.choices)}, not {wrong[0]!r}")
        return texts if axes else texts.item()

    def _spread(self, name: str, axes: str, value: Any, *, may_be_infinite: bool = False) -> Any:
        array = np.asarray(value)
        if array.dtype != bool:
            array = np.asarray(value, dtype=float)
            if not (np.isfinite(array) | (may_be_infinite & np.isposinf(array))).all() or (array < 0).any():
                raise ValueError(f"{name} must be finite and 0 or more, not {value}")
        if axes == "":
            return float(array)
        shape = tuple(len(self.sets[axis]) for axis in axes)
        try:
            array = np.broadcast_to(array, shape).copy()
        except ValueError:
            raise ValueError(f"{name} must have the shape {shape}, not {array.shape}") from None
        array.setflags(write=False)
        return array


def _filled(figure: Figure, value: Any, is_empty: bool) -> Any:
    """A figure with its default wherever it is blank: infinite where blank is no limit."""
    blank: Any = math.inf if figure.is_endless else figure.default
    if isinstance(value, np.ndarray) and value.dtype == object:
        return np.where(value == None, blank, value)  # noqa: E711 - element by element
    if value is None and blank is None and not is_empty:
        raise TypeError(f"a case needs {figure.name}")
    return (0.0 if blank is None else blank) if value is None else value


@cache
def row_of(table: Table) -> Any:
    """The type of a table's rows in a case: its columns by name, None for what a row does not say."""
    names = [column.name for column in (*table.columns, *(f for f in FIGURES.values() if f.table == table.name))]
    names = list(dict.fromkeys(names))
    defaults = [column.default for column in table.columns]
    return namedtuple("Row", names, defaults=[*defaults, *[None] * (len(names) - len(defaults))])


def _labels(table: Table, given: Iterable[Any]) -> tuple[Any, ...]:
    """The labels of a table's axis: numbers for years, else texts."""
    is_year = table[table.keys[-1]].kind == "year"
    labels = tuple(int(label) if is_year else str(label) for label in given)
    if len(set(labels)) != len(labels) or not (labels or table.is_optional):
        raise ValueError(f"{table.called} must be different from each other and at least one, not {labels}")
    return labels


def _items(case: Case) -> Iterable[Item]:
    for purchase in case.purchases:
        if not purchase.is_many:
            yield Item(purchase.item, purchase, None)
        else:
            yield from (Item(str(label), purchase, row) for row, label in enumerate(case.sets[purchase.item]))


def _said(label: Any) -> str:
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)

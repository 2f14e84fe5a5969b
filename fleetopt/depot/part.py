"""What a part of the depot is made of: what is given, what is decided, what holds, what it costs, and the check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fleetopt.words.columns import Column, Table
from fleetopt.words.expression import Comparison, Expression
from fleetopt.words.problem import Problem
from fleetopt.words.rows import Cell, Rows

Array = NDArray[Any]


class Given(Protocol):
    """A case: every figure, every array that follows from figures, and the labels of every axis, by its name."""

    @property
    def sets(self) -> Mapping[str, Sequence[Any]]:
        """Labels by axis: y years, d day types, s slots, c chargers, and what other tables make."""

    @property
    def purchases(self) -> Sequence[Purchase]:
        """The kinds of what can be bought."""

    @property
    def items(self) -> Sequence[Item]:
        """Everything that can be bought: the labels of the axis n."""

    @property
    def item_price(self) -> Array:
        """(n, y) after factors [USD/unit]."""

    @property
    def item_counts(self) -> Array:
        """(n, 1) 1 where the yearly budget pays for it, else 0."""

    @property
    def item_existing(self) -> Array:
        """(n, 1) what is there from the start."""

    @property
    def item_life(self) -> Array:
        """(n, 1) infinite where it outlives every horizon [years]."""

    @property
    def item_upkeep(self) -> Array:
        """(n, 1) [USD/unit/year]."""

    def __getattr__(self, name: str) -> Any:
        """A figure, a derived array or the labels of an axis."""


class Decided(Protocol):
    """What is decided: columns of a programme in a model, numbers in a plan, by the same names."""

    @property
    def bought(self) -> Expression:
        """(n, y) of everything that can be bought, what is bought in the year."""

    @property
    def there(self) -> Expression:
        """(n, y) of everything that can be bought, what is there in the year."""

    @property
    def total_cost(self) -> Expression:
        """(y,) all money that is paid less all that is earned [USD]."""

    def __getattr__(self, name: str) -> Expression:
        """A decision, a quantity, or money by its name."""

    def out_of(self, source: str) -> Expression:
        """(y, d, s) all flows of a source [kWh a day]."""

    def into(self, sink: str) -> Expression:
        """(y, d, s) all flows into a sink [kWh a day]."""


class Read(Protocol):
    """Inputs before they are a case: tables by name, settings by name."""

    @property
    def settings(self) -> Mapping[str, Cell]:
        """Settings by name."""

    @property
    def horizon(self) -> int | None:
        """Number of years, where the book says it apart from the costs."""

    @property
    def items(self) -> Mapping[str, bool]:
        """By its name everything that can be bought, and whether it is bought whole."""

    def __getitem__(self, table: str) -> Rows:
        """One table."""


Formula = Callable[[Given, Decided], Expression]
Where = Callable[[Given], Any]


@dataclass(frozen=True)
class Figure(Column):
    """An input that a case holds under its name: a setting, or a column of a table."""

    table: str = ""
    """Where it stands; none: in the settings."""
    axes: str | None = None
    """Of the array in the case, such as "ds"; none: it stands in the rows of its table only."""
    each: str = ""
    """An axis: the table has a column for each of its labels, headed by the label."""
    is_of_scenario: bool = False
    """Whether a scenario may have its own, and `--set` may change it."""
    everywhere: str = ""
    """Of a column: what it means as a setting, for every row."""
    called: str = ""
    """As a limit in a sentence: `yearly CapEx budget`."""
    counted: str = ""
    """Its unit in a sentence: `kWh per slot`."""

    @property
    def is_endless(self) -> bool:
        """Whether it is infinite where it is blank: a limit that is not there, a life that does not end."""
        return self.default is None and not self.is_needed and self.kind in ("number", "whole", "year")

    @property
    def limit_name(self) -> str:
        """What it is called in a sentence: `grid limit`."""
        return self.called or f"{self.header[0].lower()}{self.header[1:]}"

    @property
    def limit_unit(self) -> str:
        """What it is counted in, in a sentence."""
        return self.counted or self.unit

    def column_of(self, label: str) -> Column:
        """The column of one label, of a figure with a column for each."""
        text = {name: getattr(self, name) for name in ("unit", "kind", "lowest", "highest", "usual", "when_zero")}
        return Column(f"{self.name} {label}", label, self.meaning.format(label=label), **text)


@dataclass(frozen=True)
class Derived:
    """An array that follows from figures alone; a case makes it when it is asked for, unless it was given one."""

    name: str
    axes: str
    unit: str
    formula: Callable[[Given], Any]
    is_endless: bool = False
    """Whether it is infinite where there is no limit."""


@dataclass(frozen=True)
class Index:
    """A set of labels that follows from figures alone."""

    axis: str
    name: str
    formula: Callable[[Given], Sequence[Any]]


@dataclass(frozen=True)
class Decision:
    """What is decided, 0 or more."""

    name: str
    axes: str
    unit: str
    meaning: str
    kind: Literal["bought", "installed", "flow", "state"]
    is_whole: bool = False
    follows: str = ""
    """The rule whose right side it is: such a decision follows from others."""
    most: Callable[[Given], Any] | None = None
    """More no plan may have; none: no limit of its own."""
    where: Where | None = None
    """A truth, or an array over the axes: which of them there are."""
    source: str = ""
    sink: str = ""
    colour: str = "#7F7F7F"
    """In charts."""


def flow(
    source: str, sink: str, meaning: str, reach: Callable[[Given], Array], colour: str, where: Where | None = None
) -> Flow:
    """Energy from a source to a sink in each slot.

    Parameters:
        reach: (y, d, s) more than this no plan can carry [kWh a day].
        where: whether there is such a flow; none: always.
    """
    return Flow(
        f"{source}_to_{sink}",
        "yds",
        "kWh/d",
        meaning,
        "flow",
        where=where,
        source=source,
        sink=sink,
        colour=colour,
        reach=reach,
    )


@dataclass(frozen=True)
class Flow(Decision):
    """Energy from a source to a sink in each slot."""

    reach: Callable[[Given], Array] = lambda _case: np.array(np.inf)
    """(y, d, s) more than this no plan can carry [kWh a day]."""


@dataclass(frozen=True)
class Quantity:
    """What follows from decisions, under a name that rows and results use."""

    name: str
    axes: str
    unit: str
    formula: Formula
    header: str = ""
    """In the yearly results; none: it does not stand there."""
    meaning: str = ""
    colour: str = "#7F7F7F"
    is_of_years: bool = False
    """Whether it is one of the figures of each year in the JSON."""


@dataclass(frozen=True)
class Shortage:
    """How it is said that a rule cannot hold somewhere."""

    most: Callable[[Given], Array]
    """(y, d, s) of the need, what could be met at all [kWh a day]."""
    beyond: str
    """Where more is needed: of `need`, `most` and `short`."""
    missing: str
    """Where something is missing all the same: of `short`."""
    binding: tuple[str, ...] = ()
    """The rules of which the first whose limit binds is named then."""


@dataclass(frozen=True)
class Shown:
    """A column of the flows that is no flow itself: a figure, a derived array, a decision or a quantity by slot."""

    name: str
    header: str
    meaning: str
    unit: str
    rank: int
    """Its place; flows stand at 10, money after 30."""
    is_need: bool = False
    """Whether it is part of what the load needs."""


@dataclass(frozen=True)
class Rule:
    """What holds for every plan: `left <= right`, or one of `>=` and `==`."""

    name: str
    axes: str
    kind: Literal["installed", "balance", "limit", "room", "budget"]
    formula: Callable[[Given, Decided], Comparison]
    title: str = ""
    """In the report of limits; none: it does not stand there."""
    unit: str = ""
    rank: int = 9
    """Its place in the report."""
    only_with: str = ""
    """The quantity by year without which it limits nothing, so it is not told."""
    raised_by: str = ""
    """The figure that a user can raise."""
    raised_by_times: str = ""
    """The figure that multiplies it there; none: nothing does."""
    has_room: bool = False
    """Whether results say how far that figure may fall."""
    where: Where | None = None
    """A truth, or an array over the axes: which rows there are."""
    rows_told: Callable[[Any], str] | None = None
    """How many rows the report of limits has of it, in Excel's words; none: one wherever it is."""
    short: Shortage | None = None
    choice: Callable[[Given, tuple[int, ...], float], tuple[str, str]] | None = None
    """Of what a planner has decided: for an element, and by how much it would have to change, the input that says so,
    and that in words."""
    suspects: Callable[[Given], Iterator[tuple[str, str, Array]]] | None = None
    """What may be mistyped where it cannot hold: what it is, its unit, and its figures."""


@dataclass(frozen=True)
class Money:
    """USD; parts that use one name add to it."""

    name: str
    axes: str
    formula: Formula
    sign: int
    """In the total cost: 1 is paid, -1 is earned."""
    header: str
    meaning: str
    rank: int
    """Its place in the total cost."""
    said: str = ""
    """In a sentence before the amount; money of one saying is added."""
    brief: str = ""
    """Its header where there is little room."""
    by_slot: tuple[str, str, str] | None = None
    """Name, header and meaning of the column that shows it slot by slot."""
    colour: str = "#7F7F7F"
    """In charts."""
    csv: str = ""
    """What the study's file of yearly results would call it."""


@dataclass(frozen=True)
class Purchase:
    """What can be bought."""

    item: str
    """Its name, or the axis whose labels are the names."""
    unit: str
    bought: str
    """Decision."""
    price: str
    """Figure."""
    installed: str
    """Decision or quantity."""
    noun: str
    """In headers and fields, such as `Chargers`."""
    fields: tuple[str, str]
    """In the JSON: what is bought, what is there."""
    priced: str
    """`solar`, `a {item} charger`: in a sentence on its price."""
    called: str
    """`{count} kWp of solar`, `{count} {item} charger{s}`: in a sentence on the purchase."""
    briefly: str
    """The same in a table: `{count} x {item} charger{s}`."""
    existing: str = ""
    """Figure or derived number: what is there from the start."""
    existing_told: Callable[[Any], str] | None = None
    """The same in Excel's words, from the columns of a table; none: it is a figure."""
    life: str = ""
    """Figure or derived array: after so many years it is gone; none: it outlives every horizon."""
    upkeep: str = ""
    """Figure: what keeping one of what is there costs in a year; none: nothing."""
    factor: str = ""
    """Figure that multiplies its prices; none: nothing does."""
    colour: str = "#7F7F7F"
    """In charts, of what is there."""
    counts: str = ""
    """Figure with yes where the yearly budget pays for it; none: it does."""
    csv: str = ""
    """What the study's file of yearly results would call it."""
    where: Where | None = None
    """Whether it can be bought at all; none: always."""

    @property
    def is_many(self) -> bool:
        """Whether it is one for each label of an axis, bought whole."""
        return len(self.item) == 1


@dataclass(frozen=True)
class Objective:
    """What is to be least: its sum over all years."""

    name: str
    formula: Formula
    """(y,) [USD]."""
    header: str
    meaning: str
    recount: Callable[[Given, Any, Mapping[str, Array]], Array]
    """The same once more, from figures, bare decisions and what was recounted, `total_cost` among it."""
    csv: str = ""
    """What the file of yearly results calls it."""


@dataclass(frozen=True)
class Item:
    """One thing that can be bought."""

    name: str
    purchase: Purchase
    row: int | None
    """Its place on the axis of its purchase."""


@dataclass(frozen=True)
class Listing:
    """A result table of a part's own, where the part is on."""

    table: Table
    rows: Callable[[Given, Any], Iterator[Sequence[Any]]]
    """Of a case and its plan, without the scenario."""


@dataclass(frozen=True)
class Check:
    """One comparison of the independent check: what exceeds 0 is wrong."""

    name: str
    axes: str
    excess: Any
    """Array over the axes."""
    scale: Any
    """What to compare it with."""
    at: Mapping[str, int] = field(default_factory=dict)
    """Where on other axes."""


@dataclass(frozen=True)
class SheetCheck:
    """One line of the Checks sheet."""

    name: str
    what: str
    deviation: str
    """A formula without its `=`: the largest deviation found in any row, as a share of the figure."""


@dataclass(frozen=True)
class Part:
    """A thing of the depot, whole."""

    name: str
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    derived: tuple[Derived, ...] = ()
    indexes: tuple[Index, ...] = ()
    decisions: tuple[Decision, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    shown: tuple[Shown, ...] = ()
    rules: tuple[Rule, ...] = ()
    money: tuple[Money, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    objective: Objective | None = None
    """Of one part alone."""
    listings: tuple[Listing, ...] = ()
    is_on: Callable[[Given], bool] | None = None
    """Of a refinement: whether a case uses it; none: it is always there."""
    refuse: Callable[[Given], None] | None = None
    """Raises ValueError for figures that no depot has."""
    checks: tuple[Callable[[Read], Iterator[Problem]], ...] = ()
    """What no cell of the inputs shows alone."""
    assumptions: Callable[[Given], Iterator[str]] | None = None
    """What is left out, where it touches the case."""
    told: Callable[[Given, Any], Iterator[str]] | None = None
    """What it comes to in a plan, in words: of a refinement that is on in the answer, else among the notes."""
    recount: Callable[[Given, Any], Mapping[str, Array]] | None = None
    """Every amount once more, from figures and bare decisions."""
    recheck: Callable[[Given, Any, Mapping[str, Array]], Iterator[Check]] | None = None
    """Every rule once more, from figures, bare decisions and what was recounted."""
    sheet_checks: Callable[[Any], Iterator[SheetCheck]] | None = None
    """Every rule once more in Excel's words."""

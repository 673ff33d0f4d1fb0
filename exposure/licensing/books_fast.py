"""Books of all classes that are kept at a week, and divided among the parts of their classes.

Importing this module loads numba.
"""

from exposure.arrays import IntArray
from exposure.fast import called
from exposure.licensing.deck import AHEAD, COLUMNS, LINE, MANY, Begun, Desk, Parts


@called
def pack_books(desk: Desk, begun: Begun, d: int, used: IntArray) -> None:
    """Write the books of one draw behind those of others.

    `used` counts the rows, numbers and holders that are written.
    """
    for q in range(len(desk.live)):
        begun.live[d, q] = desk.live[q]
        begun.oldest[d, q] = desk.oldest[q]
        for n in range(3):
            begun.place[d, q, n] = used[n]
        end = used[0]
        for filed in range(desk.oldest[q], desk.rows.shape[1]):
            filled = _pack_row(desk, begun, q, filed, used)
            if filled > 0:
                end = used[0]
            if desk.rows[q, filed, AHEAD] == MANY:
                _pack_holders(desk, begun, q, filed, used)
        # Empty rows at the end of a book are left out.
        used[0] = end
        begun.number[d, q] = end - begun.place[d, q, 0]


@called
def _pack_row(desk: Desk, begun: Begun, q: int, filed: int, used: IntArray) -> int:
    """Write one row; return its filled columns as bits."""
    filled = 0
    for column in range(COLUMNS):
        value = desk.rows[q, filed, column]
        if value != 0.0:
            filled |= 1 << column
            begun.values[used[1]] = value
            used[1] += 1
    begun.filled[used[0]] = filled
    used[0] += 1
    return filled


@called
def _pack_holders(desk: Desk, begun: Begun, q: int, filed: int, used: IntArray) -> None:
    for ahead in range(begun.holders.shape[1]):
        for kind in range(2):
            begun.holders[used[2], ahead, kind] = desk.holders[q, filed, ahead, kind]
    used[2] += 1


@called
def divide_books(begun: Begun, parts: Parts, d: int, desk: Desk) -> None:
    """Divide the books of joined classes among their parts, which have empty books."""
    for q in range(len(desk.live)):
        of, share = parts.of[q], parts.share[q, d]
        row, value, many = begun.place[d, of, 0], begun.place[d, of, 1], begun.place[d, of, 2]
        desk.live[q] = begun.live[d, of] * share
        desk.oldest[q] = begun.oldest[d, of]
        for n in range(begun.number[d, of]):
            filed, filled = desk.oldest[q] + n, begun.filled[row + n]
            # The composition of what was filed is the same in every part.
            of_row = share if filed >= parts.week else 1.0
            for column in range(COLUMNS):
                if (filled >> column) & 1:
                    desk.rows[q, filed, column] = begun.values[value] * _factor(
                        column, share, of_row
                    )
                    value += 1
            if desk.rows[q, filed, AHEAD] == MANY:
                _enter_holders(begun, many, of_row, desk, q, filed)
                many += 1


@called
def _factor(column: int, share: float, of_row: float) -> float:
    """Factor by which a number of a joined class becomes that of a part."""
    if column == AHEAD:
        return 1.0
    # The first three columns count relationships: changes, holders who will ask, and the queue.
    return share if column <= LINE else of_row


@called
def _enter_holders(begun: Begun, many: int, of_row: float, desk: Desk, q: int, filed: int) -> None:
    for ahead in range(begun.holders.shape[1]):
        for kind in range(2):
            desk.holders[q, filed, ahead, kind] = begun.holders[many, ahead, kind] * of_row

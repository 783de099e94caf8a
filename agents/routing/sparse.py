"""Rows that are nearly all zero, and their two products with a matrix: what fitting over hashed columns needs."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from agents.embedding import Vectors


class Sparse:
    """(n, columns) float32, given a row at a time as its distinct columns and their values."""

    def __init__(self, rows: Iterable[tuple[NDArray[np.intp], Vectors]], columns: int) -> None:
        # No row may be empty, nor the matrix: `reduceat` has no sum of nothing.
        given = [(at, values) if len(at) else (np.zeros(1, np.intp), np.zeros(1, np.float32)) for at, values in rows]
        self.shape = (len(given), columns)
        self._columns = np.concatenate([at for at, _ in given])
        self._values = np.concatenate([values for _, values in given])[:, None]
        lengths = [len(at) for at, _ in given]
        self._begins = np.cumsum([0, *lengths[:-1]])
        by_column = np.argsort(self._columns, kind="stable")
        self._filled, self._column_begins = np.unique(self._columns[by_column], return_index=True)
        self._rows_by_column = np.repeat(np.arange(len(given)), lengths)[by_column]
        self._values_by_column = self._values[by_column]

    def counts(self) -> NDArray[np.intp]:
        """In how many rows each column stands."""
        return np.bincount(self._columns, minlength=self.shape[1])

    def times(self, matrix: Vectors) -> Vectors:
        """The product with a (columns, k) matrix: (n, k)."""
        return np.add.reduceat(matrix[self._columns] * self._values, self._begins, axis=0)

    def transposed_times(self, matrix: Vectors) -> Vectors:
        """The product of the transpose with an (n, k) matrix: (columns, k)."""
        product = np.zeros((self.shape[1], matrix.shape[1]), np.float32)
        cells = matrix[self._rows_by_column] * self._values_by_column
        product[self._filled] = np.add.reduceat(cells, self._column_begins, axis=0)
        return product

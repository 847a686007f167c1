"""Half-way normalising: a row divided by the square root of its l2 norm."""

import numpy as np
import pytest
import scipy.sparse as sp

from model.features import SquareRootNorm


def test_a_row_keeps_the_square_root_of_its_norm() -> None:
    X = sp.csr_matrix(np.array([[3.0, 4.0], [0.0, 16.0]]))
    norms = np.linalg.norm(SquareRootNorm().fit(X).transform(X).toarray(), axis=1)
    assert norms == pytest.approx([np.sqrt(5), 4.0])


def test_a_row_of_zeros_stays_one() -> None:
    X = sp.csr_matrix((2, 3))
    assert SquareRootNorm().fit_transform(X).nnz == 0

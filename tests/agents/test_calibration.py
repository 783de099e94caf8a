"""Confidence against what came true: the figures by hand."""

import numpy as np
import pytest

from agents.evaluation.calibration import (
    Bin,
    calibration_error,
    even_reliability,
    expected_calibration_error,
    reliability,
)


def test_bins_of_the_same_width_hold_their_own_and_empty_ones_are_left_out() -> None:
    found = reliability([0.05, 0.92, 0.98, 1.0], [False, True, False, True])
    assert found == [Bin(0.05, 0.0, 1), Bin(pytest.approx(2.9 / 3), pytest.approx(2 / 3), 3)]  # type: ignore[arg-type]


def test_even_bins_hold_the_same_number() -> None:
    found = even_reliability([0.4, 0.1, 0.3, 0.2, 0.5], [True, False, False, False, True], bins=2)
    assert [(each.count, round(each.confidence, 3), each.right) for each in found] == [(3, 0.2, 0.0), (2, 0.45, 1.0)]
    assert [each.count for each in even_reliability([0.2, 0.3], [True, True], bins=5)] == [1, 1]


def test_the_expected_error_weighs_each_bin_by_its_count() -> None:
    confidences = [0.8] * 10 + [0.2] * 30
    right = [True] * 8 + [False] * 2 + [True] * 15 + [False] * 15
    assert expected_calibration_error(confidences, right) == pytest.approx(0.75 * 0.3)


def test_being_always_sure_and_always_wrong_is_the_worst() -> None:
    assert expected_calibration_error([1.0, 1.0], [False, False]) == 1.0
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([], []) == 0.0
    assert calibration_error([]) == 0.0


def test_answers_as_right_as_they_are_sure_show_next_to_no_error() -> None:
    rng = np.random.default_rng(7)
    confidences = rng.uniform(size=40_000)
    right = rng.uniform(size=40_000) < confidences
    assert expected_calibration_error(confidences.tolist(), right.tolist()) < 0.01
    assert calibration_error(even_reliability(confidences.tolist(), right.tolist())) < 0.01

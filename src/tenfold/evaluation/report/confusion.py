"""Section: the confusion matrix, and the pictures of each cell."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.evaluation.report import pictures
from tenfold.evaluation.report.section import EvaluatedModel, Section

# The most classes for which the whole matrix is drawn; above, the most confused pairs are listed.
MATRIX = 30
PAIRS = 100
# About how many pictures of 32 x 32 pixels the page has, fewer of larger ones; the limit per cell has steps.
MOST = 1600
LIMITS = (40, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1)
# Steps of colour; the lowest one above zero stays visible.
LEVELS = 6

Cell = tuple[int, int]


def section(evaluated: EvaluatedModel) -> Section:
    """The matrix, or for many classes its most confused pairs; and the pictures of the cells."""
    matrix, labels = evaluated.result.confusion, evaluated.data.classes
    pairs = confused_pairs(matrix)
    whole = len(labels) <= MATRIX
    cells = [(int(i), int(j)) for i, j in np.argwhere(matrix)] if whole else pairs[:PAIRS]
    side = min(evaluated.data.pictures.shape[1], pictures.LARGEST)
    limit = per_cell([int(matrix[cell]) for cell in cells], MOST * 32 // side)
    return Section(
        "confusion",
        "Confusion matrix",
        facts={"confusion": matrix.tolist(), "most_confused": [_pair(labels, matrix, p) for p in pairs[:20]]},
        shown={
            "whole": whole,
            "labels": labels,
            "rows": _rows(matrix) if whole else [],
            "pairs": [{"cell": f"{i}-{j}", **_pair(labels, matrix, (i, j))} for i, j in pairs[:PAIRS]],
            "more_pairs": max(0, len(pairs) - PAIRS),
            "overview": None if whole else pictures.shade(_overview(matrix)),
            "limit": limit,
            "cells": {f"{i}-{j}": _cell(evaluated, (i, j), limit) for i, j in cells},
            "columns": pictures.COLUMNS,
        },
    )


def confused_pairs(matrix: NDArray[np.int64]) -> list[Cell]:
    """The cells off the diagonal that are not empty, the fullest first."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    found = np.argwhere(wrong)
    order = np.argsort(-wrong[tuple(found.T)], kind="stable")
    return [(int(i), int(j)) for i, j in found[order]]


def per_cell(counts: list[int], most: int) -> int:
    """How many pictures of a cell are shown, so that all cells together show about `most`."""
    fits = (limit for limit in LIMITS if sum(min(count, limit) for count in counts) <= most)
    return next(fits, LIMITS[-1])


def members(evaluated: EvaluatedModel, cell: Cell) -> NDArray[np.int64]:
    """The pictures of a cell: the surest mistakes first, but of the right answers the least sure."""
    true, called = cell
    found = np.flatnonzero((evaluated.data.labels == true) & (evaluated.found.predicted == called))
    confidence = evaluated.found.confidence[found]
    return found[np.argsort(confidence if true == called else -confidence, kind="stable")]


def _cell(evaluated: EvaluatedModel, cell: Cell, limit: int) -> dict[str, Any]:
    shown = members(evaluated, cell)[:limit]
    thumbnails = [pictures.small(np.asarray(evaluated.data.pictures[i])) for i in shown]
    return {
        "true": evaluated.data.classes[cell[0]],
        "called": evaluated.data.classes[cell[1]],
        "count": int(evaluated.result.confusion[cell]),
        "side": thumbnails[0].shape[0],
        "sheet": pictures.sheet(thumbnails),
        "items": [[round(float(evaluated.found.confidence[i]), 4), evaluated.source(int(i))] for i in shown],
    }


def _pair(labels: tuple[str, ...], matrix: NDArray[np.int64], cell: Cell) -> dict[str, Any]:
    count, of = int(matrix[cell]), int(matrix[cell[0]].sum())
    return {"true": labels[cell[0]], "called": labels[cell[1]], "pictures": count, "share": count / of}


def _rows(matrix: NDArray[np.int64]) -> list[list[dict[str, Any]]]:
    """For each cell its count, its share of the true class, and how strong its colour is, 0 to LEVELS."""
    totals = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    shares = matrix / totals
    wrong = shares.copy()
    np.fill_diagonal(wrong, 0)
    # Mistakes are few: their colour is measured by the greatest of them, on a root scale.
    wrong = np.sqrt(wrong / max(float(wrong.max()), 1e-9))
    rows = []
    for i in range(len(matrix)):
        strength = [shares[i, j] if i == j else wrong[i, j] for j in range(len(matrix))]
        rows.append(
            [
                {
                    "count": int(matrix[i, j]),
                    "share": float(shares[i, j]),
                    "level": int(np.ceil(strength[j] * LEVELS)),
                }
                for j in range(len(matrix))
            ]
        )
    return rows


def _overview(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Strengths 0 to 1: the root of each cell's share of its row, so that small ones are seen."""
    return np.asarray(np.sqrt(matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)))

"""Finds problems in labelled pictures: copies, leaks, wrong labels, and pictures that hardly show anything.

Knows model files through inference alone; trains nothing but a linear classifier on embeddings.

    findings.py      what a check finds
    pictures.py      all pictures of a dataset, whatever their part
    duplicates.py    exact and near copies
    quality.py       dark, bright, blurred, empty
    label_errors.py  labels that out-of-sample probabilities speak against
    outliers.py      pictures unlike all others
    check.py         all of these, over a dataset
    page.py          a page one can act from
"""

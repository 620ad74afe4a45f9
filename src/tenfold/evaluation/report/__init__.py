"""The report on a classifier: one HTML page and its figures as JSON. Knows model files and labelled pictures.

write.py        write_report: measures, renders, writes
section.py      what every section is given and gives
classes.py, confusion.py, mistakes.py, calibration.py, none_of_these.py, robustness.py, training.py,
    speed.py        the sections
charts.py, axes.py   SVG
pictures.py     pictures as data URIs
page.py         sections to HTML; templates/ holds the page, its style and its script
"""

from tenfold.evaluation.report.write import WrittenReport, write_report

__all__ = ["WrittenReport", "write_report"]

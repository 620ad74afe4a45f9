"""What a station keeps of each part, and what people read from it. Knows no plant and no model.

trail.py       Trail: a row for each event of a part, append-only and chained by hashes
recorder.py    Recorder: writes it in a thread of its own
overrides.py   a person's verdict on a part
history.py     parts and challenges, put together from their rows
statistics.py  yield, reasons, control limits and more
export.py      rows as CSV and Parquet
record.py      the record of an order as PDF
pdf.py         its pages
"""

"""The production line: a verdict for each part in time, a signal for what may pass, a trail for all.

    parts.py        what happens to a part, as values
    inspection.py   Inspection: which parts may pass, one small state machine
    belt.py         counters of the plant; RejectQueue: which part is at the gate
    numbering.py    part numbers from the plant's count of triggers
    recipe.py       Recipe: which answers of a model are a good part
    pictures.py     is there a part in the picture, and is the picture one
    camera.py       SnapshotCamera: a picture when it is asked for
    trail.py        Trail: what happened to each part, append-only and chained
    numbering.py    Numbering: part numbers from the plant's count
    holds.py        Holds: challenge parts, and first parts that wait for approval
    options.py      StationOptions, Job: what a station is handed
    station.py      Station: all of these at work
    statistics.py   yield, reasons, control limits and more from a trail
    plc/            the plant's signals: Modbus TCP, OPC UA, MQTT, commands and files
    simulator/      a plant on a desk
    stations/       stations and recipes as they are kept

It is handed what classifies and knows no network and no HTTP server; only stations/ knows the database.
"""

"""The production line: a verdict for each part in time, a signal for what may pass, a trail for all.

    parts.py        what happens to a part, as values
    inspection.py   Inspection: which parts may pass, one small state machine
    station.py      Station: runs all of these
    options.py      StationOptions, ActiveRecipe: what a station is handed
    inspector.py    Inspector: has a part's picture taken and judged
    recipe.py       Recipe: which answers of a model are a good part
    holds.py        Holds: challenge parts, and first parts that wait for approval
    belt.py         counters of the plant; RejectQueue: which part is at the gate
    numbering.py    Numbering: part numbers from the plant's count of triggers
    figures.py      counts of a station's verdicts and alarms
    pictures/       pictures of parts: taken, checked, cut to the part
    trail/          what is kept of each part: written, read, exported; statistics
    plc/            the plant's signals: Modbus TCP, OPC UA, MQTT, commands and files
    simulator/      a simulated plant
    stations/       stations and recipes as they are kept

It is given a function that classifies, and knows no network and no HTTP server; only stations/ knows the
database.
"""

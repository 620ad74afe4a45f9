"""The stored stations and recipes: set up, changed, approved. Runs none of them.

tables.py    the tables
status.py    the status of a station, by what the process that runs it said
wiring.py    what a station is wired to, as typed values
stations.py  Stations: added, changed, paused, removed, claimed by a process
orders.py    Orders: what a running station is to do, from another process
recipes.py   Recipes: what passes, in versions, of which only approved ones run
"""

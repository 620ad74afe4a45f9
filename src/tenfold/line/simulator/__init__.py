"""A simulated plant: a belt with parts, a camera over it, and a PLC, in its own process.

conveyor.py   Conveyor: where parts, photo-eye, gate and reject sensor are; the PLC's program
scene.py      Scene: what the camera sees of the belt
plcs.py       its PLC, on Modbus TCP or OPC UA
plant.py      the process: a PLC and a camera, as a real plant has
broker.py     Mosquitto: an MQTT broker beside it
"""

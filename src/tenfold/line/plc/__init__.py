"""The plant's signals. A plant is an object with `exchange`; each protocol has a module.

signals.py   Inputs, Outputs, Plant: what is exchanged, on whatever wire
modbus.py    ModbusPlant: a PLC that answers Modbus TCP, and the map of its registers
"""

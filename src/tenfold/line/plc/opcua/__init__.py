"""OPC UA: a station as a server, and a plant's server as the station's plant. asyncua has its home here.

vision.py         VisionMachine: the states of OPC 40100-1, the Machine Vision specification
station.py        VisionStation: a station as such a vision system: state, job, recipe, results
results.py        results as the specification has them
nodes.py          the nodes beside those of the specification, as a table
address_space.py  all nodes in a server
methods.py        calls of the specification's methods
publishing.py     what changed, as values of nodes and as events
server.py         OpcUaServer: all of these in a thread, as an output of a station
client.py         OpcUaPlant: a PLC that is an OPC UA server
plc.py            OpcUaPlc: such a PLC, for a simulated plant
security.py       certificates, users, encryption
"""

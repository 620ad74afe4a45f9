import { expect, it } from "vitest";
import type { Station } from "../../api/types";
import { bodyOf, changeOf, fieldOf, fieldsOf, nodesOf, nodesText, triggersOf } from "./form";

const state: Station["state"] = {
  phase: "ready", faults: [], holds: [], alarm: "", recipe: [1, 1], asked: 0, problem: null, passed: 0, rejected: 0,
  last: null, outputs: [], first_parts: 0, challenge: [], refused: null, deadline: null,
}; // prettier-ignore

/** As the server answers to `bodyOf(fieldsOf(null))`. */
const station: Station = {
  id: 1, name: "gate", address: "http://10.0.0.5/***", user: true, snapshot: true,
  plant: {
    kind: "modbus", host: "10.0.0.9", port: null, inputs: null, outputs: null, base: 0, device: null,
    words: "high-first", url: null, reads: null, writes: null, security: null,
  },
  trigger: { kind: "plant", counts: 0, line: null, topic: "", gate_topic: "" },
  gate: { distance: 1000, window: 400, sensor: 0, slack: 0, eye: 0 },
  broker: { host: "broker", port: 1883, group: "tenfold", node: "station", user: "", tls: false, ca: "",
    certificate: "", key: "", primary: "" },
  outputs: [], region: [0, 0, 1, 1], locate: true, deadline: 0.4, picture_within: 0.2, recipe_id: 3,
  first_parts: 0, challenge: { good: 1, bad: 2, hours: 8 }, added_at: "2026-01-01T00:00:00Z", state,
}; // prettier-ignore

it("a form that nobody changed asks for no change, so that the station does not start anew", () => {
  expect(changeOf(station, fieldsOf(station))).toEqual({});
});

it("of a changed form only what is different is sent", () => {
  const fields = fieldsOf(station);
  expect(changeOf(station, { ...fields, name: "gate 2" })).toEqual({ name: "gate 2" });
  expect(changeOf(station, { ...fields, deadline: 300 })).toEqual({ deadline: 0.3 });
  expect(changeOf(station, { ...fields, password: "new" })).toEqual({ password: "new" });
  expect(changeOf(station, { ...fields, broker: false, challenge: false })).toEqual({
    no_broker: true,
    no_challenge: true,
  });
});

it("a new station needs no more than a name and a camera", () => {
  const body = bodyOf({ ...fieldsOf(null), name: "gate", source: "usb:0" });
  expect(body.trigger).toEqual({ kind: "hand", counts: 0, line: null, topic: "", gate_topic: "" });
  expect([body.plant, body.broker, body.challenge]).toEqual([{ kind: "none" }, null, null]);
  expect([body.deadline, body.picture_within]).toEqual([0.4, 0.2]);
});

it("a trigger has what belongs to it and nothing else", () => {
  const fields = { ...fieldsOf(null), counts: 400, topic: "line/eye", brokerHost: "broker" };
  const of = (trigger: typeof fields.trigger) => bodyOf({ ...fields, trigger }).trigger;
  expect(of("crossing")?.line).toEqual([[0.5, 0], [0.5, 1]]); // prettier-ignore
  expect([of("encoder")?.counts, of("plant")?.counts]).toEqual([400, 0]);
  expect([of("mqtt")?.topic, of("hand")?.topic]).toEqual(["line/eye", ""]);
  expect(bodyOf({ ...fields, trigger: "mqtt" }).broker?.host).toBe("broker");
});

it("a second photo-eye is sent where the station moves the PLC’s gate, and asks for a broker where it has a topic", () => {
  const fields = { ...fieldsOf(null), plant: "modbus" as const, trigger: "plant" as const, eye: 500 };
  expect([bodyOf(fields).gate?.eye, bodyOf(fields).broker]).toEqual([500, null]);
  const told = { ...fields, eyeTopic: " line/gate ", brokerHost: "broker" };
  expect([bodyOf(told).trigger?.gate_topic, bodyOf(told).broker?.host]).toEqual(["line/gate", "broker"]);
  for (const other of [{ plant: "none" }, { plant: "modbus-server" }, { trigger: "encoder" }] as const) {
    const body = bodyOf({ ...told, ...other });
    expect([body.gate?.eye, body.trigger?.gate_topic, body.broker]).toEqual([0, "", null]);
  }
});

it("no trigger is offered that the server would refuse", () => {
  expect(triggersOf("none")).toEqual(["hand", "crossing", "mqtt"]);
  expect(triggersOf("modbus")[0]).toBe("plant");
  expect(triggersOf("opcua-server")).toEqual(["plant"]);
});

it("nodes are read as they are written, also where their ids have a sign of equality", () => {
  const nodes = { triggers: "ns=4;s=Line.Triggers", heartbeat: "nsu=urn:plc:line;i=17" };
  expect(nodesOf(nodesText(nodes))).toEqual(nodes);
  expect(nodesOf("\n  triggers=ns=4;i=1 \n")).toEqual({ triggers: "ns=4;i=1" });
});

it("a refusal stands at the field that it is about", () => {
  expect([fieldOf("name-taken"), fieldOf("unreachable"), fieldOf("wrong-password"), fieldOf("")]).toEqual([
    "name",
    "source",
    "password",
    null,
  ]);
});

it("what secures OPC UA is sent only where it is encrypted, so that nothing that was unticked stays", () => {
  const security = { ...fieldsOf(null).security, certificate: "/own.der", key: "/own.pem", user: "line" };
  const of = (encrypted: boolean) =>
    bodyOf({ ...fieldsOf(null), plant: "opcua", security: { ...security, encrypted } }).plant?.security;
  expect(of(true)).toEqual({ ...security, encrypted: true });
  expect(of(false)).toEqual({ ...fieldsOf(null).security });
});

it("certificates of a broker go with its encryption", () => {
  const fields = { ...fieldsOf(station), brokerCa: "/ca.pem" };
  expect(bodyOf(fields).broker?.ca).toBe("");
  expect(bodyOf({ ...fields, brokerTls: true }).broker?.ca).toBe("/ca.pem");
});

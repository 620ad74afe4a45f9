/** What stands in the form of a station, and the requests that it becomes. */
import type { components } from "../../api/schema";
import type { Station } from "../../api/types";
import { outputAsked, outputOf, securityAsked, securityOf, type Output, type Security } from "./outputs";

type Schemas = components["schemas"];
export type Body = Schemas["StationRequest"];
export type Change = Partial<Schemas["StationChange"]>;
type Plant = Schemas["PlantRequest"];
type Trigger = Schemas["TriggerBody-Input"];
export type PlantKind = Plant["kind"];
export type TriggerKind = Trigger["kind"];

/** As they are typed: times in milliseconds, null where a number is left out. */
export interface Fields {
  name: string;
  source: string;
  user: string;
  password: string;
  snapshot: boolean;
  /** It is kept though its camera does not answer. */
  untested: boolean;
  recipe: number | null;
  plant: PlantKind;
  host: string;
  port: number | null;
  inputs: number | null;
  outputs: number | null;
  base: 0 | 1;
  device: number | null;
  words: "high-first" | "low-first";
  url: string;
  reads: string;
  writes: string;
  security: Security;
  trigger: TriggerKind;
  counts: number | null;
  topic: string;
  broker: boolean;
  brokerHost: string;
  brokerPort: number | null;
  brokerGroup: string;
  brokerNode: string;
  brokerUser: string;
  brokerPassword: string;
  brokerTls: boolean;
  brokerCa: string;
  brokerCertificate: string;
  brokerKey: string;
  brokerPrimary: string;
  distance: number;
  window: number;
  sensor: number;
  slack: number;
  /** Of a second photo-eye before the gate. */
  eye: number;
  eyeTopic: string;
  deadline: number;
  pictureWithin: number;
  locate: boolean;
  firstParts: number;
  challenge: boolean;
  good: number;
  bad: number;
  hours: number;
  others: Output[];
  /** Confirms a command that the server is to run. */
  ownPassword: string;
}

export const plants = ["none", "modbus", "opcua", "modbus-server", "opcua-server"] as const;
/** Plants that ask for each verdict, and move their parts themselves. */
export const asks = (plant: PlantKind): boolean => plant.endsWith("-server");
/** From top to bottom, where nobody has drawn another one. */
export const middleLine: [number, number][] = [
  [0.5, 0],
  [0.5, 1],
];

/** The triggers that go with a plant, the usual one first. */
export function triggersOf(plant: PlantKind): readonly TriggerKind[] {
  if (asks(plant)) return ["plant"];
  const own = ["hand", "crossing", "mqtt"] as const;
  return plant === "none" ? own : ["plant", "encoder", ...own];
}

/** Node ids by what they hold, one in a line: "triggers = ns=4;s=Line.Triggers". */
export const nodesText = (nodes: Readonly<Record<string, string>>): string =>
  Object.entries(nodes)
    .map(([name, node]) => `${name} = ${node}`)
    .join("\n");

export function nodesOf(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line.trim());
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...node] = line.split("=");
      return [name.trim(), node.join("=").trim()];
    }),
  );
}

/** What the form shows first: of a new station with usual values, or of one that is there. */
export function fieldsOf(station: Station | null): Fields {
  const { plant, trigger, gate, broker, challenge } = station ?? {};
  return {
    name: station?.name ?? "",
    source: station?.address ?? "",
    user: "",
    password: "",
    snapshot: station?.snapshot ?? false,
    untested: false,
    recipe: station?.recipe_id ?? null,
    plant: plant?.kind ?? "none",
    host: plant?.host ?? "",
    port: plant?.port ?? null,
    inputs: plant?.inputs ?? null,
    outputs: plant?.outputs ?? null,
    base: plant?.base ?? 0,
    device: plant?.device ?? null,
    words: plant?.words ?? "high-first",
    url: plant?.url ?? "",
    reads: nodesText(plant?.reads ?? {}),
    writes: nodesText(plant?.writes ?? {}),
    security: securityOf(plant?.security),
    trigger: trigger?.kind ?? "hand",
    counts: trigger?.counts || null,
    topic: trigger?.topic ?? "",
    broker: Boolean(broker),
    brokerHost: broker?.host ?? "",
    brokerPort: broker?.port ?? null,
    brokerGroup: broker?.group ?? "tenfold",
    brokerNode: broker?.node ?? "station",
    brokerUser: broker?.user ?? "",
    brokerPassword: "",
    brokerTls: broker?.tls ?? false,
    brokerCa: broker?.ca ?? "",
    brokerCertificate: broker?.certificate ?? "",
    brokerKey: broker?.key ?? "",
    brokerPrimary: broker?.primary ?? "",
    distance: gate?.distance ?? 1000,
    window: gate?.window ?? 400,
    sensor: gate?.sensor ?? 0,
    slack: gate?.slack ?? 0,
    eye: gate?.eye ?? 0,
    eyeTopic: trigger?.gate_topic ?? "",
    deadline: milliseconds(station?.deadline ?? 0.4),
    pictureWithin: milliseconds(station?.picture_within ?? 0.2),
    locate: station?.locate ?? true,
    firstParts: station?.first_parts ?? 0,
    challenge: Boolean(challenge),
    good: challenge?.good ?? 1,
    bad: challenge?.bad ?? 1,
    hours: challenge?.hours ?? 8,
    others: (station?.outputs ?? []).map(outputOf),
    ownPassword: "",
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

function plantOf(fields: Fields): Plant {
  const { plant: kind, host, port } = fields;
  const served = { kind, host: host.trim() || null, port };
  if (kind === "none") return { kind };
  const security = securityAsked(fields.security);
  if (kind === "opcua-server") return { ...served, security };
  if (kind === "opcua") {
    const { url, reads, writes } = fields;
    return { kind, url: url.trim(), reads: nodesOf(reads), writes: nodesOf(writes), security };
  }
  const { inputs, outputs, base, device, words } = fields;
  return { ...served, inputs, outputs, base, device, words };
}

function brokerOf(fields: Fields): Schemas["BrokerRequest"] {
  return {
    host: fields.brokerHost.trim(),
    port: fields.brokerPort ?? (fields.brokerTls ? 8883 : 1883),
    group: fields.brokerGroup,
    node: fields.brokerNode,
    user: fields.brokerUser,
    password: fields.brokerPassword,
    tls: fields.brokerTls,
    ca: fields.brokerTls ? fields.brokerCa.trim() : "",
    certificate: fields.brokerTls ? fields.brokerCertificate.trim() : "",
    key: fields.brokerTls ? fields.brokerKey.trim() : "",
    primary: fields.brokerPrimary.trim(),
  };
}

/** Whether a photo-eye tells of parts by MQTT: a broker is needed then. */
export const byMqtt = (fields: Fields): boolean =>
  fields.trigger === "mqtt" || (eyed(fields) && fields.eyeTopic.trim() !== "");

/** Whether there may be a second photo-eye: only where the station moves the PLC's gate. */
export const mayHaveEye = (fields: Fields): boolean =>
  fields.plant !== "none" && !asks(fields.plant) && fields.trigger !== "encoder";

const eyed = (fields: Fields): boolean => fields.eye > 0 && mayHaveEye(fields);

/** Everything that the form says; `line`: where parts are seen to come. */
export function bodyOf(fields: Fields, line: readonly (readonly number[])[] = middleLine): Body {
  const { trigger, distance, window, sensor, slack, good, bad, hours } = fields;
  const eye = eyed(fields) ? fields.eye : 0;
  return {
    name: fields.name,
    source: fields.source,
    untested: fields.untested,
    user: fields.user,
    password: fields.password,
    snapshot: fields.snapshot,
    recipe_id: fields.recipe,
    plant: plantOf(fields),
    trigger: {
      kind: trigger,
      counts: trigger === "encoder" ? (fields.counts ?? 0) : 0,
      line: trigger === "crossing" ? line.map((end) => [...end]) : null,
      topic: trigger === "mqtt" ? fields.topic.trim() : "",
      gate_topic: eye ? fields.eyeTopic.trim() : "",
    },
    gate: { distance, window, sensor, slack, eye },
    broker: fields.broker || byMqtt(fields) ? brokerOf(fields) : null,
    deadline: fields.deadline / 1000,
    picture_within: fields.pictureWithin / 1000,
    locate: fields.locate,
    first_parts: fields.firstParts,
    challenge: fields.challenge ? { good, bad, hours } : null,
    outputs: fields.others.map(outputAsked),
    own_password: fields.ownPassword,
  };
}

/** What a changed form says of a station that is there: only what is different, since most of it has the station
 *  start again. */
export function changeOf(station: Station, fields: Fields): Change {
  const line = station.trigger.line ?? middleLine;
  const [before, now] = [bodyOf(fieldsOf(station), line), bodyOf(fields, line)];
  const changed = Object.entries(now).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key as keyof Body]),
  );
  return {
    ...(Object.fromEntries(changed.filter(([, value]) => value !== null)) as Change),
    ...(station.broker && !now.broker ? { no_broker: true } : {}),
    ...(station.challenge && !now.challenge ? { no_challenge: true } : {}),
  };
}

const ofSource = [
  "no-source",
  "source-kind",
  "source-page",
  "unreachable",
  "refused",
  "no-host",
  "timeout",
  "not-a-snapshot",
];
const ofCamera = ["no-stream", "no-video", "sound-only", "codec", "decoder", "missing"];

/** The field that a refusal is about; null: none of them alone. */
export function fieldOf(reason: string): "name" | "source" | "password" | null {
  if (["name-taken", "name-length", "name-needed", "hidden-characters"].includes(reason)) return "name";
  if (reason === "wrong-password") return "password";
  return [...ofSource, ...ofCamera].includes(reason) ? "source" : null;
}

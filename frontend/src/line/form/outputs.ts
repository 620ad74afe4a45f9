/** What is told beside the PLC, and how OPC UA is secured, as they stand in the form of a station. */
import type { components } from "../../api/schema";
import type { Station } from "../../api/types";

type Schemas = components["schemas"];
type Kept = Station["outputs"][number];
export type OutputRequest = NonNullable<Schemas["StationRequest"]["outputs"]>[number];
export type OutputKind = OutputRequest["kind"];
export type Verdict = Schemas["CommandOutputBody-Input"]["verdicts"][number];

/** How OPC UA is secured; the password is empty where it is to stay. */
export interface Security {
  encrypted: boolean;
  certificate: string;
  key: string;
  trusted: string;
  user: string;
  password: string;
}

/** An output of any kind: what does not belong to its kind is not looked at. */
export interface Output {
  kind: OutputKind;
  host: string;
  port: number | null;
  automatic: boolean;
  security: Security;
  /** The program, then each argument in a line of its own. */
  command: string;
  verdicts: Verdict[];
  seconds: number;
  path: string;
  /** One more broker, which is named in the terminal, and kept or removed as a whole here. */
  broker: Schemas["SparkplugOutputBody"] | null;
}

/** Those that can be added here: a broker has a place of its own in the form. */
export const addable = ["opcua-server", "command", "file"] as const;
export const verdicts = ["pass", "reject", "divert"] as const;

export function securityOf(kept: Schemas["SecurityBody"] | null | undefined): Security {
  const { encrypted = false, certificate = "", key = "", trusted = "", user = "" } = kept ?? {};
  return { encrypted, certificate, key, trusted, user, password: "" };
}

/** What is asked for; null: nothing is encrypted. */
export const securityAsked = (security: Security): Schemas["SecurityRequest"] =>
  security.encrypted ? { ...security } : securityOf(null);

export function newOutput(kind: OutputKind): Output {
  return {
    kind,
    host: "127.0.0.1",
    port: null,
    automatic: true,
    security: securityOf(null),
    command: "",
    verdicts: ["pass"],
    seconds: 2,
    path: "",
    broker: null,
  };
}

export function outputOf(kept: Kept): Output {
  const made = newOutput(kept.kind);
  if (kept.kind === "sparkplug") return { ...made, broker: kept };
  if (kept.kind === "file") return { ...made, path: kept.path };
  if (kept.kind === "command") {
    const { command, seconds } = kept;
    return { ...made, command: command.join("\n"), verdicts: [...kept.verdicts], seconds };
  }
  const { host, port, automatic } = kept;
  return { ...made, host, port, automatic, security: securityOf(kept.security) };
}

export function outputAsked(output: Output): OutputRequest {
  const { kind, broker, port } = output;
  if (kind === "sparkplug") return { ...broker!, password: "" };
  if (kind === "file") return { kind, path: output.path.trim() };
  if (kind === "command")
    return { kind, command: wordsOf(output.command), verdicts: output.verdicts, seconds: output.seconds };
  const { host, automatic } = output;
  return { kind, host: host.trim(), port: port ?? 4840, automatic, security: securityAsked(output.security) };
}

/** The lines of a command; a space in one belongs to it. */
export const wordsOf = (text: string): string[] => {
  const lines = text.split(/\r?\n/).map((line, n) => (n ? line : line.trim()));
  return lines.filter((line) => line !== "");
};

/** Whether a command is run that was not run before: that needs one's own password. */
export function runsMore(outputs: readonly Output[], kept: readonly Kept[]): boolean {
  const before = kept.map((one) => wordsOf(one.kind === "command" ? one.command.join("\n") : "").join("\n"));
  return outputs.some(
    ({ kind, command }) => kind === "command" && !before.includes(wordsOf(command).join("\n")),
  );
}

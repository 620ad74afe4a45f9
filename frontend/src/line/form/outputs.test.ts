import { expect, it } from "vitest";
import type { Station } from "../../api/types";
import { newOutput, outputAsked, outputOf, runsMore, securityOf, wordsOf } from "./outputs";

type Kept = Station["outputs"][number];
const lamp: Kept = {
  kind: "command",
  command: ["/bin/lamp", "a word", ""],
  verdicts: ["reject"],
  seconds: 5,
};
const broker: Kept = {
  kind: "sparkplug", host: "broker", port: 1883, group: "g", node: "n", user: "line", tls: true, ca: "/ca.pem",
  certificate: "", key: "", primary: "scada",
}; // prettier-ignore
const served: Kept = {
  kind: "opcua-server", host: "0.0.0.0", port: 4850, automatic: false,
  security: { encrypted: true, certificate: "/own.der", key: "/own.pem", trusted: "", user: "plc" },
}; // prettier-ignore

it("an output that nobody changed is asked for as it is, with no password in place of the one that is kept", () => {
  expect(outputAsked(outputOf(broker))).toEqual({ ...broker, password: "" });
  expect(outputAsked(outputOf({ kind: "file", path: "/run/a" }))).toEqual({ kind: "file", path: "/run/a" });
  const security = { ...served.security, password: "" };
  expect(outputAsked(outputOf(served))).toEqual({ ...served, security });
  expect(outputAsked(newOutput("opcua-server"))).toMatchObject({ port: 4840, security: securityOf(null) });
});

it("a command is a program and its arguments, a line each, whose spaces belong to them", () => {
  expect(wordsOf(" /bin/lamp \n--text\na b \r\n\n")).toEqual(["/bin/lamp", "--text", "a b "]);
});

it("only a command that was not run before needs to be confirmed", () => {
  const kept: Kept[] = [{ ...lamp, command: ["/bin/lamp", "a word"] }, broker];
  const [first, second] = kept.map(outputOf);
  expect(runsMore([first!, second!], kept)).toBe(false);
  expect(runsMore([{ ...first!, seconds: 9, verdicts: ["pass"] }], kept)).toBe(false);
  expect(runsMore([{ ...first!, command: "/bin/lamp\nanother" }], kept)).toBe(true);
  expect(runsMore([outputOf(broker), newOutput("file")], [])).toBe(false);
});

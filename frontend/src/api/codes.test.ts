import { expect, it } from "vitest";
import openapi from "../../openapi.json?raw";
import { languageCodes, translateCode, type Book } from "../shared/i18n";
import { book as shared, problems } from "../shared/texts";
import { say as cameras } from "../cameras/texts";
import { say as catalogue } from "../catalogue/texts";
import { say as data } from "../data/texts";
import { say as line } from "../line/texts";
import { say as reasons } from "../line/reasons/texts";
import { say as models } from "../models/texts";
import { say as notifications } from "../notifications/texts";
import { found, say as settings } from "../settings/texts";
import { say as training } from "../shell/training/texts";

type Schema = {
  enum?: string[];
  const?: string;
  anyOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
};
const { components } = JSON.parse(openapi) as {
  components: { schemas: Record<string, Schema> };
};

function codesOf(schema: string, field: string): string[] {
  const found = components.schemas[schema]?.properties?.[field];
  const codes = [found, found?.items, ...(found?.anyOf ?? [])].flatMap(
    (one) => one?.enum ?? one?.const ?? [],
  );
  if (codes.length === 0) throw new Error(`the API has no codes at ${schema}.${field}`);
  return codes.filter(Boolean);
}

const jobs = Object.keys(components.schemas).filter((name) => name.endsWith("Job"));
const outputs = Object.keys(components.schemas).filter((name) => /OutputBody(-Output)?$/.test(name));

it.each<[string, Book, string, string[]]>([
  ["problems", shared, "fail", codesOf("Problem", "code")],
  ["kinds of jobs", shared, "job", jobs.flatMap((name) => codesOf(name, "kind"))],
  ["states of jobs", shared, "state", codesOf("TrainJob", "state")],
  ["steps of jobs", training.book, "step", codesOf("TrainJob", "step")],
  ["states of runs", models.book, "run", codesOf("RunAnswer", "state")],
  ["networks", models.book, "network", codesOf("NetworkAnswer", "name")],
  ["verdicts", models.book, "verdict", codesOf("ImprovementEvaluation", "verdict")],
  ["reasons of verdicts", models.book, "why", codesOf("ImprovementEvaluation", "why")],
  [
    "noted actions",
    settings.book,
    "did",
    codesOf("AuditAnswer", "action").map((code) => code.replaceAll(".", "_")),
  ],
  ["roles", settings.book, "role", codesOf("TokenAnswer", "role")],
  ["states of services", settings.book, "state", codesOf("ServiceState", "state")],
  ["kinds of destinations", notifications.book, "kind", codesOf("DestinationAnswer", "kind")],
  ["states of messages", notifications.book, "state", codesOf("MessageAnswer", "state")],
  ["ways over a line", notifications.book, "way", codesOf("KeptConditions", "direction")],
  ["ways over a line, in words", notifications.book, "crosses", codesOf("KeptConditions", "direction")],
  ["faults of models", models.book, "fault", codesOf("ModelEntry", "fault")],
  ["sources of pictures", catalogue.book, "source", codesOf("FiltersRequest", "source")],
  ["owners of pictures", catalogue.book, "owner", codesOf("FiltersRequest", "owner")],
  ["phases of cameras", cameras.book, "phase", codesOf("CameraStateAnswer", "phase")],
  ["kinds of recording", cameras.book, "recording", codesOf("CameraAnswer", "recording")],
  ["reasons to delete clips", cameras.book, "deleted", codesOf("DeletionAnswer", "reason")],
  ["verdicts on parts", line.book, "verdict", codesOf("PartAnswer", "verdict")],
  ["reasons of verdicts on parts", reasons.book, "reason", codesOf("PartAnswer", "station_reason")],
  ["faults of stations", reasons.book, "reason", codesOf("StationState", "faults")],
  ["phases of stations", line.book, "now", codesOf("StationState", "phase")],
  ["kinds of PLCs", line.book, "plant", codesOf("PlantBody", "kind")],
  ["hints about PLCs", line.book, "plantHint", codesOf("PlantBody", "kind")],
  ["kinds of triggers", line.book, "trigger", codesOf("TriggerBody-Output", "kind")],
  ["hints about triggers", line.book, "triggerHint", codesOf("TriggerBody-Output", "kind")],
  ["kinds of outputs", line.book, "output", outputs.flatMap((name) => codesOf(name, "kind"))],
  ["orders of words", line.book, "words", codesOf("PlantBody", "words")],
  ["reasons to leave files out", data.book, "skip", codesOf("SkippedAnswer", "code")],
  ["reasons not to organise a file", catalogue.book, "move", codesOf("MoveAnswer", "problem")],
  ["ways to organise", catalogue.book, "mode", codesOf("OrganiseRequest", "mode")],
])("the page has a text for each of the server's %s", (_, book, prefix, codes) => {
  for (const language of languageCodes)
    expect(codes.filter((code) => translateCode(book, language, prefix, code) === null)).toEqual([]);
});

it("the page says in its languages what in particular went wrong; in English the server does", () => {
  for (const language of languageCodes.filter((code) => code !== "en"))
    expect(
      codesOf("Problem", "reason").filter(
        (reason) =>
          problems[language][reason] === undefined &&
          translateCode(shared, language, "reason", reason) === null,
      ),
    ).toEqual([]);
});

it("and what the doctor found", () => {
  const codes = codesOf("CheckAnswer", "code").sort();
  expect(codes.length).toBeGreaterThan(40);
  for (const language of languageCodes.filter((code) => code !== "en"))
    expect(Object.keys(found[language]).sort()).toEqual(codes);
});

it.each([
  ["problems", problems],
  ["what the doctor found", found],
])("these texts of %s name the same values in every language", (_, texts) => {
  const named = (code: "uk" | "ru") =>
    Object.entries(texts[code]).map(([reason, text]) => [reason, ...(text.match(/\{\w+\}/g) ?? []).sort()]);
  expect(named("uk")).toEqual(named("ru"));
});

/** What a model file says of itself: its first entry, as `tenfold.modelfile` writes it. Runs nothing. */
import type { Model } from "../../shared/types";
import { isResizeRule, type ResizeRule } from "../pixels/resize";
import { isViewsRule, type ViewsRule } from "../pixels/views";

export interface Facts extends Model {
  resize: ResizeRule;
  views: ViewsRule;
  /** A picture whose novelty is above it is none of the classes. */
  threshold: number;
}

/** The layout of facts and outputs that is understood here. */
const format = 1;

/** The file cannot be used here: it is not one of tenfold's, or asks for what only a newer app knows. */
export class UnfitModel extends Error {
  constructor(readonly reason: "not-a-model" | "newer") {
    super(reason);
    this.name = "UnfitModel";
  }
}

/** Throws UnfitModel. */
export function factsOf(content: Uint8Array): Facts {
  const facts = parsed(content);
  if (Number(facts["format_version"]) > format) throw new UnfitModel("newer");
  const { resize, views } = facts as unknown as { resize: string; views: string };
  if (!isResizeRule(resize) || !isViewsRule(views)) throw new UnfitModel("newer");
  return { ...(facts as unknown as Facts), bytes: content.length };
}

function parsed(content: Uint8Array): Record<string, unknown> {
  try {
    const facts: unknown = JSON.parse(new TextDecoder().decode(firstEntry(content)));
    if (
      typeof facts === "object" &&
      facts !== null &&
      Array.isArray((facts as { classes?: unknown }).classes)
    ) {
      return facts as Record<string, unknown>;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UnfitModel("not-a-model");
}

const metadata = (14 << 3) | 2; // ModelProto.metadata_props
const [key, value] = [(1 << 3) | 2, (2 << 3) | 2]; // of a StringStringEntryProto

/** The value of the entry "tenfold", with which the file begins. */
function firstEntry(content: Uint8Array): Uint8Array {
  let at = 0;
  const open = (tag: number): number => {
    if (content[at] !== tag) throw new UnfitModel("not-a-model");
    at += 1;
    let [length, scale] = [0, 1];
    for (let more = true; more; scale *= 128) {
      const byte = content[at++] ?? 0;
      length += (byte & 127) * scale;
      more = byte > 127;
    }
    return length;
  };
  open(metadata);
  const named = open(key);
  if (new TextDecoder().decode(content.subarray(at, at + named)) !== "tenfold")
    throw new UnfitModel("not-a-model");
  at += named;
  const length = open(value);
  return content.subarray(at, at + length);
}

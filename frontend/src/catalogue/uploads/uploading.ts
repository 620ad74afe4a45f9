/** The visit's one upload, which goes on whatever page is shown. */
import { announcer } from "../../shared/announcer.svelte";
import { session } from "../../shell/session.svelte";
import { StoredUnfinished } from "../../shell/unfinished";
import { say } from "../texts";
import { Uploads } from "./uploads.svelte";

export const uploads = new Uploads(ended, new StoredUnfinished("pictures", () => session.person?.id ?? null));

function ended(): void {
  const parts = [
    say.counted("uploadAdded", uploads.added),
    uploads.there > 0 ? say.counted("uploadThere", uploads.there) : "",
    uploads.failed.length > 0 ? say.counted("uploadFailed", uploads.failed.length) : "",
  ];
  announcer.say(`${say.text("uploadEnded")}: ${parts.filter(Boolean).join(", ")}.`);
}

/** Messages about what cameras see and about the live model, told by the browser where the person allowed it, else on the page. */
import { isolate } from "../../shared/i18n";
import { language } from "../../shared/language.svelte";
import { events, type Notice } from "../loading/events.svelte";
import { toasts } from "./toasts.svelte";

/** A message in the page's language: a line, and more below it. */
export function wordsOf(notice: Notice): { title: string; text: string } {
  const { data } = notice;
  if (data.type === "test") return { title: "tenfold", text: language.text("noticeTest") };
  if (data.type === "drift") {
    const model = isolate(data.model_name);
    if (data.state === "ended") return { title: model, text: language.text("noticeDriftEnded") };
    return { title: language.text("noticeDrift", { model }), text: language.text("noticeDriftText") };
  }
  if (data.type !== "event") return { title: notice.title, text: notice.text };
  const label = data.class === "none of these" ? "" : data.class;
  const facts = [language.moment(data.start), language.percent(data.confidence), ...data.zones, data.rule];
  return {
    title: `${language.className(label)} · ${isolate(data.camera_name)}`,
    text: facts.map(isolate).join(" · "),
  };
}

/** unsupported: the browser has none, or the page is not served by https or from this computer. */
type Permission = NotificationPermission | "unsupported";

class Notices {
  permission = $state<Permission>(permissionNow());

  start(): void {
    events.on("notice", (notice) => this.tell(notice));
  }

  /** Asks the person; browsers let a page do so after a click only. */
  async allow(): Promise<void> {
    await Notification.requestPermission();
    this.permission = permissionNow();
  }

  tell(notice: Notice): void {
    const { title, text } = wordsOf(notice);
    this.permission = permissionNow();
    if (this.permission === "granted" && show(title, text, notice.id)) return;
    toasts.say(`${title}: ${text}`);
  }
}

function permissionNow(): Permission {
  if (!("Notification" in globalThis) || !globalThis.isSecureContext) return "unsupported";
  return Notification.permission;
}

/** False where the browser shows none from a page, as those of phones do. */
function show(title: string, body: string, tag: string): boolean {
  try {
    // The tag keeps a message from being shown once for each window that is open.
    const shown = new Notification(title, { body, tag });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return true;
  } catch {
    return false;
  }
}

export const notices = new Notices();

/** What was typed into forms of a document and not sent: leaving is not to lose it unasked.
 *
 *  A field counts while it holds something else than when it was first touched. Sending a form settles its
 *  fields, until the form shows that it was refused. Fields outside of forms, such as filters, do not count.
 */

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
interface Touched {
  /** What the field held when it was first touched. */
  before: string;
  sent: boolean;
}

/** Asks a person whether to lose it; without it nobody is asked. Set by the page's shell. */
export const typed: { ask: (() => Promise<boolean>) | null } = { ask: null };

const touched = new Map<Field, Touched>();

const isField = (target: EventTarget | null): target is Field =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement;

const held = (field: Field): string =>
  field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)
    ? String(field.checked)
    : field.value;

function touch(target: EventTarget | null): void {
  // Where nothing was touched before it changed, as by a click in some browsers, what came with the page stands.
  if (isField(target) && target.form && !touched.has(target))
    touched.set(target, { before: held(target), sent: false });
}

/** Begins to watch the document; returns what ends it. `form.dataset.passing`: what it holds may be lost. */
export function watchTyping(document: Document = window.document): () => void {
  const seen = ({ target }: Event) => touch(target);
  const changed = ({ target }: Event) => {
    touch(target);
    const state = isField(target) ? touched.get(target) : undefined;
    if (state) state.sent = false;
  };
  const sent = ({ target }: Event) => {
    for (const [field, state] of touched) if (field.form === target) state.sent = true;
  };
  document.addEventListener("focusin", seen);
  document.addEventListener("pointerdown", seen, true);
  document.addEventListener("input", changed, true);
  document.addEventListener("submit", sent, true);
  return () => {
    document.removeEventListener("focusin", seen);
    document.removeEventListener("pointerdown", seen, true);
    document.removeEventListener("input", changed, true);
    document.removeEventListener("submit", sent, true);
    touched.clear();
  };
}

/** Whether something typed is still in a form, within an element or anywhere. */
export function unsent(within: Node = document): boolean {
  for (const field of touched.keys()) if (!field.isConnected) touched.delete(field);
  return [...touched].some(([field, { before, sent }]) => {
    const form = field.form;
    if (!form || form.dataset.passing !== undefined || !within.contains(field)) return false;
    return held(field) !== before && (!sent || form.querySelector('[role="alert"]') !== null);
  });
}

/** Whether what is typed within an element may be lost: nothing is there, or the person says so. */
export async function mayLeave(within: Node = document): Promise<boolean> {
  if (!typed.ask || !unsent(within)) return true;
  if (!(await typed.ask())) return false;
  forget(within);
  return true;
}

/** Lets go of what is typed within an element: it is closed on purpose. */
export function forget(within: Node): void {
  for (const field of touched.keys()) if (within.contains(field)) touched.delete(field);
}

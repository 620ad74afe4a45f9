/** Tells the other tabs of the app what changed in the store. */
type Change = "model" | "unsent";

const channel = new BroadcastChannel("tenfold-phone");

export function tellOthers(change: Change): void {
  channel.postMessage(change);
}

export function onChange(change: Change, then: () => void): void {
  channel.addEventListener("message", ({ data }) => {
    if (data === change) then();
  });
}

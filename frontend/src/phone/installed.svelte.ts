/** The app on the device: its service worker, and a new version that waits for one tap. */
import { at } from "../shared/root";

class Installed {
  /** It opens without a network from now on. */
  offline = $state(false);
  /** A newer version is here and waits. */
  update = $state(false);
  /** Another tab has taken the newer version; this one still runs the older. */
  outdated = $state(false);
  #registration: ServiceWorkerRegistration | null = null;
  #asked = false;

  async start(): Promise<void> {
    const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined; // absent outside https
    if (!workers) return;
    let before = workers.controller;
    workers.addEventListener("controllerchange", () => {
      if (this.#asked) location.reload();
      else if (before) this.outdated = true;
      before = workers.controller;
    });
    try {
      const registration = await workers.register(at("/phone-service-worker.js"), {
        scope: at("/phone"),
        updateViaCache: "none",
      });
      this.#registration = registration;
      this.#watch(registration);
      registration.addEventListener("updatefound", () => this.#watch(registration));
      await workers.ready;
      this.offline = true;
    } catch {
      // The server is gone and nothing is installed yet, or the browser keeps nothing: it works while it is open.
    }
  }

  /** Looks for a newer version, where the server answers. */
  async look(): Promise<void> {
    await this.#registration?.update().catch(() => undefined);
  }

  /** Takes the newer version and starts it. */
  take(): void {
    if (this.outdated) return location.reload();
    this.#asked = true;
    this.#registration?.waiting?.postMessage("update");
  }

  #watch({ waiting, installing, active }: ServiceWorkerRegistration): void {
    this.update = waiting !== null && active !== null;
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") this.update = this.#registration?.active !== null;
    });
  }
}

export const installed = new Installed();

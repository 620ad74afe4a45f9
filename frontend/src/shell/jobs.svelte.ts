/** The long pieces of work on the server, the newest first, as they go. */
import { Refused, request } from "../api/request";
import type { Job } from "../api/types";
import { events } from "./loading/events.svelte";

export type { Job } from "../api/types";

const most = 30;
/** Work that goes on beside everything, of which nobody asks when it ends. */
const quiet = new Set<Job["kind"]>(["classify"]);

class Jobs {
  list = $state.raw<readonly Job[]>([]);
  readonly active = $derived(this.list.filter(isActive));
  #started = false;

  start(): void {
    if (!this.#started) {
      events.on("job", (job) => this.take(job));
      events.on("connected", () => void this.load());
    }
    this.#started = true;
  }

  async load(): Promise<void> {
    try {
      this.list = (await request("get", "/api/v1/jobs", { query: { limit: most } })).jobs;
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // the next connection asks again
    }
  }

  take(job: Job): void {
    const at = this.list.findIndex(({ id }) => id === job.id);
    this.list = at < 0 ? [job, ...this.list].slice(0, most) : this.list.with(at, job);
  }

  get(id: string): Job | null {
    return this.list.find((job) => job.id === id) ?? null;
  }

  /** Throws Refused. */
  async cancel(job: Job): Promise<void> {
    this.take(await request("post", "/api/v1/jobs/{job_id}/cancel", { path: { job_id: job.id } }));
  }
}

export function isActive(job: Job): boolean {
  return job.state === "waiting" || job.state === "running";
}

/** Whether a job waits because another training is under way: one is done at a time. */
export function waitsItsTurn(job: Job): boolean {
  const trains = ({ kind }: Job) => kind === "train" || kind === "improve";
  const busy = ({ id, state }: Job) => id !== job.id && state === "running";
  return job.state === "waiting" && trains(job) && jobs.list.some((one) => trains(one) && busy(one));
}

export function isQuiet(job: Job): boolean {
  return quiet.has(job.kind);
}

export const jobs = new Jobs();

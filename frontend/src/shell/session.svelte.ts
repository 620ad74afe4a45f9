/** Who is here, and what they may do. */
import { hooks, Refused, request, type Answer } from "../api/request";

export const roles = ["viewer", "operator", "administrator"] as const;
export type Role = (typeof roles)[number];
export interface Person {
  id: number;
  name: string;
  role: Role;
}
type SessionAnswer = Answer<"/api/v1/session", "get">;

const address = "/api/v1/session";

class Session {
  /** open: nobody has an account, and everybody may do everything. lost: signed in before, not any more. */
  state = $state<"asking" | "open" | "needed" | "lost" | "in">("asking");
  person = $state.raw<Person | null>(null);
  /** Nobody has an account, and the first one is to be made with the code that the server printed. */
  first = $state(false);
  /** Grows when somebody else is here: everything that depends on who asks starts again. */
  epoch = $state(0);

  constructor() {
    hooks.loginNeeded = () => {
      if (this.state === "in" || this.state === "open") this.state = "lost";
    };
  }

  /** Whether there is somebody to show a page to. */
  get ready(): boolean {
    return this.state === "open" || this.state === "in";
  }

  may(role: Role): boolean {
    if (this.state === "open") return true;
    return this.person !== null && roles.indexOf(this.person.role) >= roles.indexOf(role);
  }

  async ask(): Promise<void> {
    try {
      this.#take(await request("get", address));
    } catch (error) {
      // A server that does not answer now is told of by the page that needs it.
      if (!(error instanceof Refused)) throw error;
      if (this.state === "asking") this.state = "open";
    }
  }

  /** Throws Refused where name or password are not right. code: makes the first account. */
  async signIn(name: string, password: string, code: string): Promise<void> {
    const before = this.person?.id;
    if (this.first) await request("post", `${address}/first`, { body: { name, password, code } });
    else await request("post", address, { body: { name, password } });
    this.#take(await request("get", address));
    if (this.person?.id !== before) this.epoch += 1;
  }

  async signOut(): Promise<void> {
    await request("delete", address);
    this.person = null;
    this.state = "needed";
  }

  #take(answer: SessionAnswer): void {
    this.first = answer.first;
    const gone = this.state === "in" || this.state === "lost" ? "lost" : "needed";
    // Who was here is remembered, so that they come back to what they were doing.
    if (answer.person || gone === "needed")
      this.person = answer.required ? (answer.person as Person | null) : null;
    this.state = !answer.required ? "open" : answer.person ? "in" : gone;
  }
}

export const session = new Session();

import { randomBytes } from "node:crypto";

const digits = 7;

/** Ids of requests that bring none: a start of this process's own, and a number. Later ones sort after earlier ones. */
export class RequestIds {
  readonly #start = `${Date.now().toString(36)}${randomBytes(3).toString("hex")}`;
  #count = 0;

  /** The next number. */
  take(): number {
    return this.#count++;
  }

  text(serial: number): string {
    return this.#start + serial.toString(36).padStart(digits, "0");
  }

  /** The number that an id was made of; undefined where it was not made here. */
  serialOf(id: string): number | undefined {
    if (!id.startsWith(this.#start)) return undefined;
    const serial = Number.parseInt(id.slice(this.#start.length), 36);
    return this.text(serial) === id ? serial : undefined;
  }
}

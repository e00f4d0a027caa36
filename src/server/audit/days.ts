import { readdirSync } from "node:fs";
import { join } from "node:path";

const pattern = /^\d{4}-\d\d-\d\d\.sqlite$/;

/** A day's file, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function dayFile(folder: string, day: string): string {
  return join(folder, `${day}.sqlite`);
}

/** The days that a trail holds, oldest first. */
export function daysIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => name.slice(0, 10))
    .sort();
}

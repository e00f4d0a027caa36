import { expect, it } from "vitest";
import { serveFlags } from "./serveFlags.js";

it("the help of serve says every default, and every word that a flag takes", () => {
  for (const { name, default: usual, help, choices = [] } of serveFlags) {
    if (usual !== undefined) expect(help, name).toContain(`(default ${usual})`);
    for (const word of choices) expect(help, name).toContain(word);
  }
});

// Writes docs/methods.md from the descriptors of the built registry. A test compares the two.
import { writeFileSync } from "node:fs";
import { createRegistry } from "../dist/plan/registry.js";
import { docsTables } from "../dist/plan/docs.js";

const text = `# Methods\n\nMade from the descriptors in the code by \`npm run docs\`; a test fails when it is not.\n\n${docsTables(createRegistry())}`;
writeFileSync(new URL("../docs/methods.md", import.meta.url), text);

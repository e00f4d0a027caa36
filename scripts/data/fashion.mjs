// A part of Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, MIT): pictures of clothes to train on, to fit a temperature to, and to test on.
//
// The package keeps the pictures by class and not which of them were for training, so that this division is our own: of each class 600, 100 and 650
// pictures, drawn without replacement. All 10,000 test pictures would make 7.4 MB; these stay below 6.
import { readFileSync } from "node:fs";
import { inPackage } from "./packages.mjs";

const classes = [
  "T-shirt/top",
  "trouser",
  "pullover",
  "dress",
  "coat",
  "sandal",
  "shirt",
  "sneaker",
  "bag",
  "ankle boot",
];
const side = 28;
/** Pictures of a class. Two more stand in the file of class 0. */
const ofClass = 7000;
const parts = { train: 600, val: 100, test: 650 };
/** Of a class, not kept: more to learn from and to fit a temperature to, and the rest of 10,000 test pictures. */
const further = { train: 1400, val: 200, test: 350 };
const seed = 20170828;

/** The pictures that are kept, and `more` of them, for the networks that come with this package. */
export function fashion() {
  const random = mulberry32(seed);
  const [kept, more] = [parts, further].map((counts) => ({
    counts,
    drawn: Object.fromEntries(Object.keys(counts).map((part) => [part, []])),
  }));
  for (const label of classes.keys()) {
    const { data } = JSON.parse(readFileSync(inPackage(`fashion-mnist/src/clothes/${label}.json`), "utf8"));
    const order = shuffled(ofClass, random);
    let at = 0;
    for (const { counts, drawn } of [kept, more])
      for (const [part, count] of Object.entries(counts))
        for (let i = 0; i < count; i++) drawn[part].push({ label, pixels: data[order[at++]] });
  }
  return { pictures: arraysOf(kept.drawn, random), more: arraysOf(more.drawn, random) };
}

function arraysOf(drawn, random) {
  const arrays = {};
  for (const [part, pictures] of Object.entries(drawn)) {
    // Classes mixed, so that the first N of them are of every class.
    const mixed = shuffled(pictures.length, random).map((i) => pictures[i]);
    const values = new Uint8Array(mixed.length * side * side);
    mixed.forEach(({ pixels }, i) => values.set(pixels, i * side * side));
    arrays[`${part}_images`] = { values, shape: [mixed.length, side, side] };
    arrays[`${part}_labels`] = Int32Array.from(mixed, ({ label }) => label);
  }
  return { ...arrays, classes };
}

function shuffled(count, random) {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Uniform numbers of 32 bits from a 32-bit state (T. Ettinger's Mulberry32, public domain). */
function mulberry32(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

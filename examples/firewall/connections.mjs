// Connections of a small network, made up: what a flow collector knows of each, and what it truly was.
//
// At home everybody behaves as when the model was trained. Later a backup begins to run (many short connections to one host, honest ones), and attackers become
// patient: slower scans, floods from many hosts at once, fewer guesses an hour.
export const classes = ["normal", "flood", "scan", "guess"];
const services = ["web", "mail", "names", "shell", "files", "other"];

/** Numbers of a record in the order that the model wants them. */
export const features = [
  "ln seconds",
  "ln bytes out",
  "ln bytes in",
  "ln connections to this host",
  "share unanswered",
  "share refused",
  "share of other services",
  "failed logins",
  ...services,
];

/**
 * Records, one after another.
 *
 * @param count how many
 * @param options.seed the same seed gives the same records
 * @param options.later the world as it is after the change
 * @returns `Examples` of `logits/learn`: values (count × features), labels and classes
 */
export function connections(count, { seed, later = false }) {
  const dice = diceOf(seed);
  const values = new Float32Array(count * features.length);
  const labels = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const [label, kind] = choose(dice, later ? laterKinds : homeKinds);
    labels[row] = classes.indexOf(label);
    values.set(measured(kind(dice), dice), row * features.length);
  }
  return { values, shape: [features.length], labels, classes };
}

// Kinds of traffic: seconds, bytes out and in, connections to the same host in two seconds, shares unanswered, refused and to other services, failed logins.
const kinds = {
  page: (d) => ({
    service: "web",
    seconds: d.about(0.3, 1),
    out: d.about(400, 0.7),
    in: d.about(6000, 1.2),
    same: d.about(6, 0.9),
  }),
  letter: (d) => ({
    service: "mail",
    seconds: d.about(2, 0.8),
    out: d.about(3000, 1),
    in: d.about(300, 0.5),
    same: d.about(2, 0.5),
  }),
  lookup: (d) => ({ service: "names", seconds: 0, out: d.about(44, 0.2), in: d.about(120, 0.5), same: d.about(15, 1) }),
  login: (d) => ({
    service: "shell",
    seconds: d.about(60, 1.5),
    out: d.about(2000, 1.5),
    in: d.about(4000, 1.5),
    same: 1,
    failed: d.count(0.25),
  }),
  // The server is down: browsers try again and again.
  outage: (d) => ({
    service: "web",
    seconds: 0,
    out: d.about(60, 0.5),
    in: 0,
    same: d.about(25, 0.9),
    unanswered: d.share(0.6, 0.3),
  }),
  // An inventory of the administrators.
  census: (d) => ({
    service: "other",
    seconds: d.about(0.1, 1),
    out: d.about(30, 0.6),
    in: d.about(20, 1),
    same: d.about(3, 0.7),
    refused: d.share(0.35, 0.25),
    others: d.share(0.5, 0.25),
  }),
  backup: (d) => ({
    service: "web",
    seconds: d.about(0.05, 1),
    out: d.about(70, 0.8),
    in: d.about(3, 1.5),
    same: d.about(70, 0.6),
    unanswered: d.share(0.7, 0.25),
  }),
  flood: (d) => ({
    service: "web",
    seconds: 0,
    out: d.about(40, 0.6),
    in: 0,
    same: d.about(120, 0.8),
    unanswered: d.share(0.85, 0.2),
  }),
  crowd: (d) => ({
    service: "web",
    seconds: 0,
    out: d.about(60, 0.6),
    in: d.about(5, 1),
    same: d.about(22, 0.8),
    unanswered: d.share(0.55, 0.25),
  }),
  scan: (d) => ({
    service: "other",
    seconds: 0,
    out: d.about(8, 1),
    in: d.about(4, 1),
    same: d.about(5, 0.9),
    refused: d.share(0.75, 0.2),
    others: d.share(0.75, 0.2),
  }),
  slowScan: (d) => ({
    service: "other",
    seconds: d.about(0.1, 1),
    out: d.about(20, 0.8),
    in: d.about(15, 1),
    same: d.about(1.5, 0.4),
    refused: d.share(0.35, 0.2),
    others: d.share(0.45, 0.25),
  }),
  guess: (d) => ({
    service: "shell",
    seconds: d.about(4, 0.8),
    out: d.about(500, 0.6),
    in: d.about(800, 0.6),
    same: d.about(3, 0.7),
    failed: 1 + d.count(2),
  }),
  patientGuess: (d) => ({
    service: "shell",
    seconds: d.about(20, 1),
    out: d.about(900, 0.8),
    in: d.about(1500, 0.8),
    same: 1,
    failed: d.count(1),
  }),
};

const homeKinds = [
  [0.4, "normal", kinds.page],
  [0.1, "normal", kinds.letter],
  [0.18, "normal", kinds.lookup],
  [0.08, "normal", kinds.login],
  [0.03, "normal", kinds.outage],
  [0.03, "normal", kinds.census],
  [0.08, "flood", kinds.flood],
  [0.06, "scan", kinds.scan],
  [0.04, "guess", kinds.guess],
];
const laterKinds = [
  [0.32, "normal", kinds.page],
  [0.08, "normal", kinds.letter],
  [0.14, "normal", kinds.lookup],
  [0.07, "normal", kinds.login],
  [0.05, "normal", kinds.outage],
  [0.03, "normal", kinds.census],
  [0.13, "normal", kinds.backup],
  [0.03, "flood", kinds.flood],
  [0.05, "flood", kinds.crowd],
  [0.02, "scan", kinds.scan],
  [0.04, "scan", kinds.slowScan],
  [0.01, "guess", kinds.guess],
  [0.03, "guess", kinds.patientGuess],
];

function choose(dice, list) {
  let left = dice.next();
  const [, label, kind] = list.find(([share]) => (left -= share) < 0) ?? list[0];
  return [label, kind];
}

function measured({ service, seconds, out, in: back, same, unanswered, refused, others, failed }, dice) {
  const numbers = [
    Math.log1p(seconds),
    Math.log1p(out) / 3,
    Math.log1p(back) / 3,
    Math.log1p(same) / 2,
    unanswered ?? dice.share(0.02, 0.04),
    refused ?? dice.share(0.02, 0.04),
    others ?? dice.share(0.1, 0.1),
    failed ?? 0,
  ];
  return [...numbers, ...services.map((one) => (one === service ? 1 : 0))];
}

/** Random numbers by a seed (mulberry32), and what is made of them. */
function diceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    about: (middle, spread) => middle * Math.exp(spread * normal()),
    share: (middle, spread) => Math.min(1, Math.max(0, middle + spread * normal())),
    /** Poisson. */
    count: (mean) => {
      let n = 0;
      for (let p = next(); p > Math.exp(-mean); p *= next()) n++;
      return n;
    },
  };
}

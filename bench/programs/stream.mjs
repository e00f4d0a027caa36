// Copies from memory to memory until its input ends, which it does when the benchmark ends, whatever way.
const from = new Float64Array(8 << 20).fill(1);
const to = new Float64Array(8 << 20);
process.stdin.resume().once("end", () => process.exit());
process.stdout.write("ready\n");
const go = () => {
  to.set(from);
  setImmediate(go);
};
go();

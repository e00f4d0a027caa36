// Requests at an even rate, whatever becomes of those before: what autocannon calls a rate is all requests of a second at its beginning.
import { connect } from "node:net";

/**
 * Milliseconds from when a request was due to its answer, ascending.
 *
 * Every millisecond those that are due are sent, each on a connection that is free; where none is, they wait here and the time runs.
 */
export async function steadyLoad(url, body, { rate, seconds, connections = 64, type = "application/json" }) {
  const { hostname, port, pathname } = new URL(url);
  const bytes = Buffer.from(body);
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: ${type}\r\ncontent-length: ${bytes.length}\r\n\r\n`;
  const request = Buffer.concat([Buffer.from(head), bytes]);
  const times = [];
  const due = [];
  const free = [];
  let failed = 0;
  const sendDue = () => {
    while (due.length > 0 && free.length > 0) free.pop()(due.shift());
  };
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(Number(port), hostname);
      socket.setNoDelay(true);
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
      let since = 0;
      let [have, need] = [0, 0];
      socket.on("data", (piece) => {
        if (need === 0) {
          // Heads come whole: they are short, and written with the body or before it.
          const text = piece.toString("latin1");
          if (!text.startsWith("HTTP/1.1 200")) failed++;
          need = text.indexOf("\r\n\r\n") + 4 + Number(/content-length: (\d+)/i.exec(text)[1]);
          have = 0;
        }
        have += piece.length;
        if (have < need) return;
        need = 0;
        times.push(performance.now() - since);
        free.push(send);
        sendDue();
      });
      const send = (at) => {
        since = at;
        socket.write(request);
      };
      free.push(send);
      return socket;
    }),
  );
  const start = performance.now();
  const all = Math.floor(rate * seconds);
  for (let asked = 0; times.length < all; ) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = performance.now();
    for (; asked < all && asked < ((now - start) * rate) / 1000; asked++) due.push(now);
    sendDue();
    if (now - start > 1000 * (seconds + 30)) throw new Error(`${all - times.length} requests were not answered`);
  }
  for (const socket of sockets) socket.destroy();
  if (failed > 0) throw new Error(`${failed} requests failed`);
  return Float64Array.from(times).sort();
}

/** The smallest time that this share of the others does not exceed. */
export const quantile = (ascending, share) =>
  ascending[Math.min(ascending.length - 1, Math.ceil(share * ascending.length) - 1)];

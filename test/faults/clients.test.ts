import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ask, load, policy, scratch, served, sleep, writeJson } from "./command.js";

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket
      .on("error", () => undefined)
      .once("connect", () => resolve(socket))
      .once("error", reject);
    onTestFinished(() => void socket.destroy());
  });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once("close", () => resolve()).resume());

describe("clients that do not behave", () => {
  it("ends those that send too slowly, and serves the others meanwhile", { timeout: 60_000 }, async () => {
    const folder = scratch();
    const service = await served(["--policy", writeJson(join(folder, "P.json"), policy(0.5)), "--timeout", "1"]);
    const slow = await Promise.all(Array.from({ length: 50 }, () => open(service.port)));
    const began = Date.now();
    const dripping = setInterval(() => {
      for (const socket of slow) socket.write("x");
    }, 100);
    onTestFinished(() => clearInterval(dripping));
    slow.forEach((socket, i) => {
      if (i % 2 === 0) socket.write("POST /v1/decide HTTP/1.1\r\nhost: x\r\nx-slow: ");
      else
        socket.write(
          "POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n",
        );
    });
    const { acknowledged, statuses, stop } = load(service, "meanwhile");
    await Promise.all(slow.map(closed));
    await stop();
    expect(Date.now() - began).toBeLessThan(20_000);
    expect([...statuses.keys()]).toEqual([200]);
    expect(acknowledged.length).toBeGreaterThan(20);
  });

  it("ends when it is asked to, though a request never arrives whole", { timeout: 60_000 }, async () => {
    const folder = scratch();
    const service = await served(["--policy", writeJson(join(folder, "P.json"), policy(0.5))]);
    const [head, body] = [await open(service.port), await open(service.port)];
    head.write("POST /v1/dec");
    body.write("POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
    await sleep(200);
    const began = Date.now();
    service.process.kill("SIGTERM");
    expect(await service.ended).toBe(0);
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it("is not kept by connections that are half closed, reset, or say nothing", async () => {
    const folder = scratch();
    const service = await served(["--policy", writeJson(join(folder, "P.json"), policy(0.5)), "--timeout", "1"]);
    const body = '{"logits":[0,1,2]}';
    const post = `POST /v1/decide HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    // Whoever has said all and closes that direction still wants the answer.
    const half = await open(service.port);
    let answer = "";
    half.setEncoding("utf8").on("data", (text: string) => (answer += text));
    half.end(post);
    await closed(half);
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    for (let i = 0; i < 30; i++) {
      const socket = await open(service.port);
      if (i % 3 > 0) socket.write(post.slice(0, post.length - (i % 3)));
      if (i % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
    await sleep(100);
    expect((await ask(service, "/v1/decide", body)).status).toBe(200);
    service.agent.destroy();
    service.process.kill("SIGTERM");
    expect(await service.ended).toBe(0);
  });
});

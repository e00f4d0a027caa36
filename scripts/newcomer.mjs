// The README's "Put a threshold into production", typed as it stands into an empty folder; only the package and the port are this machine's.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

/** The section's shell blocks, in order: from the file to the service, the questions, the keys. */
function productionBlocks(readme) {
  const section = /\n## Put a threshold into production\n([\s\S]*?)\n## /.exec(readme)[1];
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text);
}

const serves = (line) => /^npx logits serve (?!.*--new-key)/.test(line);

/** What each block printed; the second is asked while the first one's service runs. Lines that would serve for ever are no part of the others. */
export async function newcomer(readme, tarball, folder) {
  const port = await freePort();
  const [install, ask, keys] = productionBlocks(readme).map((text) =>
    text
      .replace("npm install logits", `npm install --no-audit --no-fund --loglevel=error "${tarball}"`)
      .replaceAll("localhost:8080", `127.0.0.1:${port}`),
  );
  const lines = (text, keep) => text.split("\n").filter(keep).join("\n");
  const shell = (text) => {
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-o", "pipefail", "-c", text], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status !== 0)
      throw new Error(`Cannot follow the README: exit status ${status} of\n${text}\n${stdout}${stderr}`);
    return stdout;
  };
  const prepared = shell(lines(install, (line) => !serves(line)));
  const service = spawn("bash", ["-c", `exec ${lines(install, serves).replace(" #", ` --port ${port} #`)}`], {
    cwd: folder,
    stdio: "ignore",
    // A group of its own, ended as a whole: npx does not hand a signal on to what it started.
    detached: true,
  });
  const ended = once(service, "exit");
  try {
    await ready(port, service);
    return { prepared, asked: shell(ask), keys: shell(lines(keys, (line) => !serves(line))) };
  } finally {
    if (service.exitCode === null) process.kill(-service.pid, "SIGTERM");
    await ended;
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function ready(port, service) {
  for (let tries = 0; tries < 300 && service.exitCode === null; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(
    `Cannot follow the README: the service must be ready within 30 s, got exit status ${service.exitCode}`,
  );
}

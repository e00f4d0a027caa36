// Bare Fastify that sends every JSON body back: what a service with nothing to do costs. Prints where it listens.
import Fastify from "fastify";

const app = Fastify({ bodyLimit: 16 << 20 });
app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_, body, done) => done(null, body));
app.post("/", async (request) => request.body);
await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`http://127.0.0.1:${app.server.address().port}\n`);

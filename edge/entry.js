// The Worker's entry: what `wrangler.toml` names as `main`. The Worker itself is the Rust module in build/.
//
// An evaluation for which the isolate's memory has the key and the rule is answered by one call of the module with the
// request's bytes, because each further step over the boundary between JavaScript and Wasm costs more than the decision.
// When the module declines, and for everything else, the ordinary way answers: the entry point that worker-build generates.
// It decides again in full, so the two never depend on each other. An object of the ledger does the same with a command.
import Worker, { Gate, Ledger as Objects } from "./build/index.js";

export { Gate };

// `HOST` and `COMMAND_PATH` of src/ledger/protocol.rs.
const COMMAND = "https://ledger/v1/command";

export class Ledger extends Objects {
  async fetch(request) {
    if (request.url !== COMMAND) return super.fetch(request);
    const body = new Uint8Array(await request.arrayBuffer());
    return this.command_at_once(body) ?? super.fetch(new Request(request, { body }));
  }
}

// As `TABLE` in src/router.rs has it, and for a code that is one; a query does not matter.
const EVALUATE = /^https?:\/\/[^/]+\/v1\/promotions\/([\w-]+)\/evaluate(?:\?|$)/;
// `MAX_BODY_BYTES` of the engine: more, or a body of undeclared length, is read in pieces on the ordinary way.
const MAX_BODY_BYTES = 64 * 1024;
// The media type as nearly everybody writes it. The ordinary way knows more spellings.
const JSON_TYPE = /^application\/json(?:; ?charset=utf-8)?$/i;
// What the ordinary way has more to say about: pages of other sites, encoded bodies, named calls.
const UNUSUAL = ["Origin", "Content-Encoding", "Idempotency-Key"];
// A body that is not there by then, or by twice of it, is awaited on the ordinary way, which has a bound for it.
const SOON_MILLIS = 1000;

// worker-build puts what the module exports on the prototype of its entry point. Its instances are behind proxies that
// replace the module's own instance after a panic. A call that takes no such proxy is cheaper, but then a panic has to
// be shown to them: a method that throws it does that, and the ordinary way goes on with another instance.
const { evaluate_warm: evaluateWarm } = Worker.prototype;
Worker.prototype.rethrow = (error) => {
  throw error;
};

const ordinary = (request, env, ctx) => new Worker(ctx, env).fetch(request);

// A body that is being read, to be read once more.
const streaming = (reading) => ({
  body: new ReadableStream({
    async start(controller) {
      controller.enqueue(new Uint8Array(await reading));
      controller.close();
    },
  }),
  duplex: "half",
});

// The bodies that are being read. A timer for each would cost a request more than its decision does, so there is one a
// second for all. It belongs to the request that starts it, and when that is cut off another one takes its place.
const waiting = new Set();
let watchedUntil = 0;

const watch = (ctx, now) => {
  if (now < watchedUntil) return;
  watchedUntil = now + 2 * SOON_MILLIS;
  ctx.waitUntil(
    new Promise((resolve) => setTimeout(resolve, SOON_MILLIS)).then(() => {
      const then = Date.now();
      watchedUntil = then;
      for (const body of waiting) if (then - body.since >= SOON_MILLIS) body.late();
      if (waiting.size > 0) watch(ctx, then);
    }),
  );
};

// The body that is being read, or nothing when it is late.
const soon = (reading, ctx, since) =>
  new Promise((resolve, reject) => {
    const settle = (settled, value) => {
      waiting.delete(body);
      settled(value);
    };
    const body = { since, late: () => settle(resolve) };
    waiting.add(body);
    watch(ctx, since);
    reading.then(
      (bytes) => settle(resolve, bytes),
      (error) => settle(reject, error),
    );
  });

const showPanic = (error, env, ctx) => {
  try {
    new Worker(ctx, env).rethrow(error);
  } catch {
    // As wanted.
  }
};

export default {
  async fetch(request, env, ctx) {
    const evaluate = request.method === "POST" && EVALUATE.exec(request.url);
    const { headers } = request;
    const length = evaluate ? Number(headers.get("Content-Length")) : 0;
    const sized = length > 0 && length <= MAX_BODY_BYTES;
    const usual = sized && JSON_TYPE.test(headers.get("Content-Type")) && !UNUSUAL.some((name) => headers.has(name));
    if (!usual) return ordinary(request, env, ctx);
    const received = Date.now();
    // Not `bytes()`, for which the platform makes two promises more.
    const reading = request.arrayBuffer();
    let body;
    try {
      body = await soon(reading, ctx, received);
    } catch {
      // The client went away: nobody reads the answer, and the body cannot be read again.
      return new Response(null, { status: 400 });
    }
    if (!body) return ordinary(new Request(request.url, { method: "POST", headers, ...streaming(reading) }), env, ctx);
    let answer;
    try {
      answer = evaluateWarm(
        env,
        ctx,
        received,
        evaluate[1],
        headers.get("Authorization"),
        headers.get("X-Request-Id"),
        new Uint8Array(body),
      );
    } catch (error) {
      showPanic(error, env, ctx);
    }
    return answer ?? ordinary(new Request(request, { body }), env, ctx);
  },

  queue(batch, env, ctx) {
    return new Worker(ctx, env).queue(batch);
  },
};

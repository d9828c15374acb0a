// The Worker's entry: what `wrangler.toml` names as `main`. The Worker itself is the Rust module in build/.
//
// An evaluation for which the isolate's memory has the key and the rule is answered by one call of the module with the
// request's bytes, because each further step over the boundary between JavaScript and Wasm costs more than the decision.
// When the module declines, and for everything else, the ordinary way answers: the entry point that worker-build generates.
// It decides again in full, so the two never depend on each other. An object of the ledger does the same with a command.
import Worker, { Gate, Ledger as Objects } from "./build/index.js";

export { Gate };

// `HOST`, `COMMAND_PATH` and `BRIEFLY` of src/ledger/protocol.rs.
const COMMAND = "https://ledger/v1/command?brief";
// An answer from which others are made is read faster than an object.
const NO_CONTENT = new Response(null, { status: 204 });

export class Ledger extends Objects {
  // Not `async`: worker-build's proxy would await it once more.
  fetch(request) {
    if (request.url !== COMMAND) return super.fetch(request);
    return request.arrayBuffer().then((buffer) => {
      const body = new Uint8Array(buffer);
      const reply = this.command_at_once(body);
      if (!reply) return super.fetch(new Request(request, { body }));
      return reply.length > 0 ? new Response(reply) : new Response(null, NO_CONTENT);
    });
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
// A body that is not there by then, or a second later, is awaited on the ordinary way, which has a bound for it.
const SOON_MILLIS = 1000;
// `TIMEOUT` of src/ledger.rs, and up to a second more.
const LEDGER_MILLIS = 5000;

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

// What is awaited. A timer for each would cost a request more than its decision does, so there is one a second for all. It
// belongs to the request that starts it, and when that is cut off another one takes its place.
const WATCH_MILLIS = 1000;
const waiting = new Set();
let watchedUntil = 0;

const watch = (ctx, now) => {
  if (now < watchedUntil) return;
  watchedUntil = now + 2 * WATCH_MILLIS;
  ctx.waitUntil(
    new Promise((resolve) => setTimeout(resolve, WATCH_MILLIS)).then(() => {
      const then = Date.now();
      watchedUntil = then;
      for (const awaited of waiting) if (then >= awaited.until) awaited.late();
      if (waiting.size > 0) watch(ctx, then);
    }),
  );
};

// What a promise comes to, or nothing when that takes longer than `millis`, or up to a second more.
const soon = (promise, ctx, now, millis) =>
  new Promise((resolve, reject) => {
    const settle = (settled, value) => {
      waiting.delete(awaited);
      settled(value);
    };
    const awaited = { until: now + millis, late: () => settle(resolve) };
    waiting.add(awaited);
    watch(ctx, now);
    promise.then(
      (value) => settle(resolve, value),
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
      body = await soon(reading, ctx, received, SOON_MILLIS);
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
        (promise) => soon(promise, ctx, Date.now(), LEDGER_MILLIS),
      );
    } catch (error) {
      showPanic(error, env, ctx);
    }
    // The ledger has been asked: the ordinary way would ask it once more.
    if (answer instanceof Promise) {
      return answer.catch((error) => {
        showPanic(error, env, ctx);
        throw error;
      });
    }
    return answer ?? ordinary(new Request(request, { body }), env, ctx);
  },

  queue(batch, env, ctx) {
    return new Worker(ctx, env).queue(batch);
  },
};

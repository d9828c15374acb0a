// The entry beside a stand-in for the module: what goes which way, and that nothing is lost on the way.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

// Answers "warm" to a body that says so, at once or by a promise, declines others, and fails where it is told to. What it
// awaits of the ledger is "asked", and never comes when it is "lost". Its object does what is "granted" or "refused" at once.
const MODULE = `
  export class Gate {}
  export class Ledger {
    async fetch(request) { return new Response("in full " + request.method + " " + (await request.text())); }
    command_at_once(body) {
      const replies = { granted: "", refused: "at once" };
      const reply = replies[new TextDecoder().decode(body)];
      return reply === undefined ? undefined : new TextEncoder().encode(reply);
    }
  }
  export const seen = [];
  export default class Worker {
    constructor(ctx, env) { Object.assign(this, { ctx, env }); }
    async fetch(request) { return new Response("ordinary " + (await request.text()) + " " + request.headers.get("X-Request-Id")); }
    queue(batch) { return batch; }
    evaluate_warm(env, ctx, received, code, authorization, requestId, body, soon) {
      const text = new TextDecoder().decode(body);
      if (text === "panic") throw new WebAssembly.RuntimeError("unreachable");
      seen.push([code, authorization, requestId]);
      if (text === "asked") return soon(Promise.resolve("asked")).then((reply) => new Response(reply));
      if (text === "lost") return soon(new Promise(() => {})).then((reply) => new Response(String(reply)));
      if (text === "panic later") return Promise.reject(new WebAssembly.RuntimeError("unreachable"));
      return text === "warm" ? new Response("warm") : undefined;
    }
  }`;

let dir;
let entry;
let module;

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "entry-"));
  await mkdir(join(dir, "build"));
  await writeFile(join(dir, "package.json"), `{"type": "module"}`);
  await writeFile(join(dir, "build/index.js"), MODULE);
  await cp(new URL("../entry.js", import.meta.url), join(dir, "entry.js"));
  entry = await import(join(dir, "entry.js"));
  module = await import(join(dir, "build/index.js"));
});

after(() => rm(dir, { recursive: true }));

const CONTEXT = { waitUntil() {} };
const URL_OF_ONE = "https://edge/v1/promotions/summer-10/evaluate";

function request(body, { url = URL_OF_ONE, method = "POST", length = body.length, headers = {} } = {}) {
  const declared = length === null ? {} : { "Content-Length": String(length) };
  const usual = { "Content-Type": "application/json", "X-Request-Id": "r-1" };
  return new Request(url, { method, body, headers: { ...usual, ...declared, ...headers } });
}

async function check(name, sent, expected, calls) {
  const before = module.seen.length;
  const answer = await entry.default.fetch(sent, {}, CONTEXT);
  assert.equal(await answer.text(), expected, name);
  assert.equal(module.seen.length - before, calls, name);
}

test("what the module answers, it answers", async () => {
  await check("warm", request("warm", { headers: { Authorization: "Bearer k" } }), "warm", 1);
  assert.deepEqual(module.seen.at(-1), ["summer-10", "Bearer k", "r-1"]);
  await check("asked", request("asked"), "asked", 1);
  await check("with a query", request("warm", { url: `${URL_OF_ONE}?trace=1` }), "warm", 1);
});

test("what it declines goes the ordinary way with its body and headers", async () => {
  await check("declined", request("cold"), "ordinary cold r-1", 1);
});

test("everything else is not even read", async () => {
  await check("undeclared", request("warm", { length: null }), "ordinary warm r-1", 0);
  await check("too long", request("warm", { length: 64 * 1024 + 1 }), "ordinary warm r-1", 0);
  await check("at the bound", request("warm", { length: 64 * 1024 }), "warm", 1);
  await check("no number", request("warm", { length: "many" }), "ordinary warm r-1", 0);
  await check("another method", request("warm", { method: "PUT" }), "ordinary warm r-1", 0);
  for (const path of ["/v1/promotions/a/b/evaluate", "/v1/promotions/%61/evaluate", "/v1/promotions/a/evaluate/", "/"]) {
    await check(path, request("warm", { url: `https://edge${path}` }), "ordinary warm r-1", 0);
  }
});

test("JSON is told by its type", async () => {
  const of = (type) => request("warm", { headers: { "Content-Type": type } });
  const usual = ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"];
  for (const type of usual) await check(type, of(type), "warm", 1);
  for (const type of ["text/plain", "application/json; charset=latin1", "application/cloudevents+json", "text/application/json", ""]) {
    await check(type, of(type), "ordinary warm r-1", 0);
  }
});

test("what the ordinary way has more to say about goes there", async () => {
  for (const name of ["Origin", "Content-Encoding", "Idempotency-Key"]) {
    await check(name, request("warm", { headers: { [name]: "x" } }), "ordinary warm r-1", 0);
  }
});

test("a body that comes late is awaited on the ordinary way", async () => {
  const { promise, resolve } = Promise.withResolvers();
  const late = request("warm");
  late.arrayBuffer = () => promise;
  const answered = check("late", late, "ordinary warm r-1", 0);
  // Later than the entry awaits any: it looks once a second at all that it awaits.
  setTimeout(() => resolve(new TextEncoder().encode("warm").buffer), 2200);
  await answered;
});

test("several late bodies are seen by one timer", async () => {
  const timers = [];
  const counting = { waitUntil: (timer) => timers.push(timer) };
  const bodies = Array.from({ length: 3 }, () => {
    const { promise, resolve } = Promise.withResolvers();
    const late = request("warm");
    late.arrayBuffer = () => promise;
    return { answer: entry.default.fetch(late, {}, counting), resolve };
  });
  await Promise.all(timers);
  assert.ok(timers.length <= 2, `${timers.length} timers for three bodies`);
  for (const { resolve } of bodies) resolve(new TextEncoder().encode("warm").buffer);
  for (const { answer } of bodies) assert.match(await (await answer).text(), /warm/);
});

test("the ledger is not awaited for ever", { timeout: 10_000 }, async () => {
  const begin = Date.now();
  await check("lost", request("lost"), "undefined", 1);
  assert.ok(Date.now() - begin >= 5000);
});

test("after a panic the proxies of the entry point see it, and the ordinary way answers if the ledger was not asked", async () => {
  const shown = [];
  const { rethrow } = module.default.prototype;
  module.default.prototype.rethrow = (error) => {
    shown.push(error);
    rethrow(error);
  };
  await check("panic", request("panic"), "ordinary panic r-1", 0);
  await assert.rejects(check("panic later", request("panic later"), "", 1), WebAssembly.RuntimeError);
  module.default.prototype.rethrow = rethrow;
  assert.equal(shown.length, 2);
  assert.ok(shown.every((error) => error instanceof WebAssembly.RuntimeError));
});

test("a body that breaks off reaches nobody", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
  const headers = { "Content-Type": "application/json", "Content-Length": "5" };
  const sent = new Request(URL_OF_ONE, { method: "POST", body: broken, duplex: "half", headers });
  const calls = module.seen.length;
  assert.equal((await entry.default.fetch(sent, {}, CONTEXT)).status, 400);
  assert.equal(module.seen.length, calls);
});

test("an object does a command at once, or in full", async () => {
  const object = new entry.Ledger();
  const check = async (path, init, status, expected) => {
    const answer = await object.fetch(new Request(`https://ledger${path}`, init));
    assert.deepEqual([answer.status, await answer.text()], [status, expected]);
  };
  await check("/v1/command?brief", { method: "POST", body: "granted" }, 204, "");
  await check("/v1/command?brief", { method: "POST", body: "refused" }, 200, "at once");
  await check("/v1/command?brief", { method: "POST", body: "declined" }, 200, "in full POST declined");
  // Of a release that wants a body.
  await check("/v1/command", { method: "POST", body: "granted" }, 200, "in full POST granted");
  await check("/v1/config", { method: "POST", body: "granted" }, 200, "in full POST granted");
  await check("/v1/tally", {}, 200, "in full GET ");
});

test("batches and gates", () => {
  assert.equal(entry.default.queue("batch", {}, {}), "batch");
  assert.ok(entry.Gate);
});

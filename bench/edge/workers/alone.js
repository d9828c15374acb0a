// Our engine doing what the peers do: read and parse the body, decide, answer. No key is checked, no record is kept.
import module from "./alone.wasm";
import values from "./values.json";

const HEADERS = { "Content-Type": "application/json" };
const RANDOM_BYTES = 10;

const { memory, room, add_rule, evaluate, answer } = new WebAssembly.Instance(module, {}).exports;

for (const code of ["two", "forty"]) {
  const [, rule] = Object.entries(values).find(([key]) => key.endsWith(`/${code}`));
  const bytes = new TextEncoder().encode(rule);
  const start = room(bytes.length);
  new Uint8Array(memory.buffer).set(bytes, start);
  if (add_rule() === 0) throw new Error("a rule cannot be read");
}

export default {
  async fetch(request) {
    const rule = request.url.includes("/forty/") ? 1 : 0;
    const body = await request.bytes();
    const start = room(RANDOM_BYTES + body.length);
    const given = new Uint8Array(memory.buffer, start, RANDOM_BYTES + body.length);
    crypto.getRandomValues(given.subarray(0, RANDOM_BYTES));
    given.set(body, RANDOM_BYTES);
    const bytes = evaluate(rule, Date.now());
    if (bytes === 0) return new Response(null, { status: 400 });
    const end = answer() + bytes;
    return new Response(memory.buffer.slice(end - bytes, end), { headers: HEADERS });
  },
};

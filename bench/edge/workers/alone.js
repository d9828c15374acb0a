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

// What the module's memory is seen through, anew when it has grown.
let view = new Uint8Array(memory.buffer);
// Random bytes are drawn for many requests at a time.
const random = new Uint8Array(100 * RANDOM_BYTES);
let drawn = random.length;

const see = () => {
  if (view.length === 0) view = new Uint8Array(memory.buffer);
  return view;
};

const draw = () => {
  if (drawn === random.length) {
    crypto.getRandomValues(random);
    drawn = 0;
  }
  drawn += RANDOM_BYTES;
  return random.subarray(drawn - RANDOM_BYTES, drawn);
};

export default {
  async fetch(request) {
    const rule = request.url.includes("/forty/") ? 1 : 0;
    const body = new Uint8Array(await request.arrayBuffer());
    const start = room(RANDOM_BYTES + body.length);
    see().set(draw(), start);
    view.set(body, start + RANDOM_BYTES);
    const bytes = evaluate(rule, Date.now());
    if (bytes === 0) return new Response(null, { status: 400 });
    const from = answer();
    return new Response(see().subarray(from, from + bytes), { headers: HEADERS });
  },
};

// The Worker under test, and the size of its linear memory.
import "./spy.js";
import worker from "./entry.js";

export { Gate, Ledger } from "./entry.js";

export default {
  ...worker,
  fetch(request, env, ctx) {
    if (request.url.endsWith("/linear-memory")) return Response.json(globalThis.linearMemory.buffer.byteLength);
    return worker.fetch(request, env, ctx);
  },
};

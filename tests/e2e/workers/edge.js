// The Worker as it is deployed, with what a test adds to it from outside; xtask/src/services/workerd.rs binds it.
import worker, { Gate, Ledger as Shipped } from "./entry.js";
import { withTenantFromBody } from "./tenant_from_body.js";

export { Gate };

export default {
  ...worker,
  async fetch(request, env, ctx) {
    const seen = env.TENANT_FROM_BODY ? await withTenantFromBody(request, env) : env;
    return worker.fetch(request, seen, ctx);
  },
};

// As `COMMAND_PATH` in edge/src/ledger/protocol.rs has it.
const COMMAND_PATH = "/v1/command";

// Two points at which a command can be held: before its object has it, and when the object has written and nobody has
// the answer. What the object has written is durable by then: the runtime lets no call out before.
export class Ledger {
  constructor(state, env) {
    this.shipped = new Shipped(state, env);
    this.points = env.POINTS;
  }

  async fetch(request) {
    if (!this.points || new URL(request.url).pathname !== COMMAND_PATH) return this.shipped.fetch(request);
    await this.pass("before-write");
    const answer = await this.shipped.fetch(request);
    await this.pass("after-write");
    return answer;
  }

  alarm() {
    return this.shipped.alarm();
  }

  async pass(point) {
    const response = await this.points.fetch(`http://points/${point}`, { method: "POST" });
    await response.arrayBuffer();
  }
}

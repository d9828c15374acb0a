// The floor of a redemption: an object that writes the body it is sent as one row, in one statement, and as many bytes
// as a redemption answers.
import { DurableObject } from "cloudflare:workers";

const ANSWER = JSON.stringify({ answer: "x".repeat(350) });
const HEADERS = { "Content-Type": "application/json" };
const SHARDS = 16;

export class Rows extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  }

  async fetch(request) {
    if (request.method === "GET") return Response.json(this.sql.exec("SELECT count(*) FROM rows").raw().next().value[0]);
    this.sql.exec("INSERT INTO rows (body) VALUES (?)", await request.text());
    return new Response(ANSWER, { headers: HEADERS });
  }
}

let ids;
let next = 0;

// How many rows all objects have.
const count = async (request, env) => {
  const calls = [...ids.one, ...ids.sixteen].map(async (id) => (await env.ROWS.get(id).fetch(request.clone())).json());
  return Response.json((await Promise.all(calls)).reduce((sum, rows) => sum + rows));
};

export default {
  fetch(request, env) {
    const id = (_, number) => env.ROWS.idFromName(`${number}`);
    ids ??= { one: [env.ROWS.idFromName("all")], sixteen: Array.from({ length: SHARDS }, id) };
    if (request.method === "GET") return count(request, env);
    const objects = request.url.includes("/sixteen/") ? ids.sixteen : ids.one;
    next = (next + 1) % objects.length;
    return env.ROWS.get(objects[next]).fetch(request);
  },
};

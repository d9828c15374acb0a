// What every peer does beside its decision: read and parse the body, and answer what was decided.
const HEADERS = { "Content-Type": "application/json" };

export function serve(decide) {
  return {
    async fetch(request) {
      const rule = request.url.includes("/forty/") ? "forty" : "two";
      const { attributes } = await request.json();
      const applicable = await decide[rule](attributes);
      const reason = applicable ? null : { code: "condition_not_met", detail: `The condition of ${rule} is not met.` };
      const answer = { evaluation_id: crypto.randomUUID(), promotion: { code: rule, version: 1 }, applicable, reason };
      return new Response(JSON.stringify(answer), { headers: HEADERS });
    },
  };
}

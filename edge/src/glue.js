// What would take several calls out of the module, as one each. Bound in answer.rs.

// An answer whose headers are a template's, with its request's identifier: the answer has a copy of them. `body` is a
// view of the module's memory.
export function respond(status, headers, requestId, body) {
  headers.set("X-Request-Id", requestId);
  return new Response(body.slice(), { status, headers });
}

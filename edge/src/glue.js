// What would take several calls out of the module, as one each. A body is a view of the module's memory, so it is copied.

// An answer whose headers are a template's, with its request's identifier: the answer has a copy of them. Bound in
// answer.rs.
export function respond(status, headers, requestId, body) {
  headers.set("X-Request-Id", requestId);
  return new Response(body.slice(), { status, headers });
}

// What an object of the ledger answers to its Worker. Bound in ledger/object.rs.
export function reply(body) {
  return new Response(body.slice());
}

// Posts to an object of the ledger, and answers its body. Bound in ledger.rs.
export async function post(objects, name, url, body) {
  const response = await objects.getByName(name).fetch(url, { method: "POST", body: body.slice() });
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return response.bytes();
}

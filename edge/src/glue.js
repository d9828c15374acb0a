// What would take several calls out of the module, as one each. A body is a view of the module's memory: requests and
// responses are made with a copy of their bytes, as the Fetch standard has it ("extract a body").

// An answer with a template's status and headers, which are the template's own, and with its request's identifier: the
// answer has a copy of them. Bound in answer.rs.
export function respond(template, headers, requestId, body) {
  headers.set("X-Request-Id", requestId);
  return new Response(body, template);
}

// What an object of the ledger answers to its Worker. Bound in ledger/object.rs.
export function reply(body) {
  return new Response(body);
}

// The identifiers of the ledger's objects by their names, each of which costs a hash. A thousand are some 100 kB; an isolate
// that meets more begins anew.
const ids = new Map();
const MAX_IDS = 1000;

function named(objects, name) {
  let id = ids.get(name);
  if (!id) {
    if (ids.size >= MAX_IDS) ids.clear();
    id = objects.idFromName(name);
    ids.set(name, id);
  }
  return objects.get(id);
}

// Posts to an object of the ledger, and answers its body. Bound in ledger.rs.
export async function post(objects, name, url, body) {
  return read(await named(objects, name).fetch(url, { method: "POST", body }));
}

// Asks an object of the ledger, and answers its body, or nothing when there is nothing. Bound in ledger.rs.
export async function get(objects, name, url) {
  const response = await named(objects, name).fetch(url);
  return response.status === 404 ? undefined : read(response);
}

async function read(response) {
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

// The rows of a query of an object's storage as JSON, and a statement that writes there, whose last binding is a text for
// itself when it is one. Bound in ledger/store.rs.
export function queryRows(sql, query, bindings) {
  return JSON.stringify([...sql.exec(query, ...JSON.parse(bindings)).raw()]);
}

export function runStatement(sql, statement, bindings, last) {
  const all = JSON.parse(bindings);
  if (last !== undefined) all.push(last);
  sql.exec(statement, ...all);
}

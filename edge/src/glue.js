// What would take several calls out of the module, as one each. A body is a view of the module's memory: requests and
// responses are made with a copy of their bytes, as the Fetch standard has it ("extract a body").

// An answer with a template's status and headers, which are the template's own, and with its request's identifier: the
// answer has a copy of them. Bound in answer.rs.
export function respond(template, headers, requestId, body) {
  headers.set("X-Request-Id", requestId);
  return new Response(body, template);
}

// The identifiers of the ledger's objects by their names, each of which costs a hash. A thousand are some 100 kB; an isolate
// that meets more begins anew.
const ids = new Map();
const MAX_IDS = 1000;

// The binding is `LEDGER` of app.rs.
function named({ LEDGER }, name) {
  let id = ids.get(name);
  if (!id) {
    if (ids.size >= MAX_IDS) ids.clear();
    id = LEDGER.idFromName(name);
    ids.set(name, id);
  }
  return LEDGER.get(id);
}

// Posts to an object of the ledger, and answers its body. Bound in ledger.rs.
export async function post(env, name, url, body) {
  return read(await named(env, name).fetch(url, { method: "POST", body }));
}

// The same with a bound on its time, handed over to `then`: the bytes, or why there are none. Bound in ledger.rs.
export function ask(env, name, url, body, soon, then) {
  const failed = (error) => then(undefined, String(error));
  const answered = (bytes) => (bytes ? then(bytes) : failed("it takes too long"));
  return soon(post(env, name, url, body)).then(answered, failed);
}

// Asks an object of the ledger, and answers its body, or nothing when there is nothing. Bound in ledger.rs.
export async function get(env, name, url) {
  const response = await named(env, name).fetch(url);
  return response.status === 404 ? undefined : read(response);
}

const NOTHING = new Uint8Array(0);

// The usual outcome takes no promise.
function read(response) {
  return response.status === 204 ? NOTHING : readBody(response);
}

async function readBody(response) {
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${await response.text()}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Nothing means something only where it is said so.
  if (bytes.length === 0) throw new Error("answered nothing");
  return bytes;
}

// The row of a query of an object's storage, the rows of another, each of which is a JSON array, and a statement that writes
// there. Bound in ledger/store.rs.
export function queryRow(sql, query, values) {
  return exec(sql, query, values).one().row;
}

export function queryRows(sql, query, values) {
  return `[${[...exec(sql, query, values).raw()].join()}]`;
}

export function runStatement(sql, statement, values, text) {
  exec(sql, statement, values, text);
}

// The platform refuses a binding that the statement has no place for.
function exec(sql, statement, values, text) {
  if (text !== undefined) return sql.exec(statement, values, text);
  return values === undefined ? sql.exec(statement) : sql.exec(statement, values);
}

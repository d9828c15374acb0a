// Runs the Wasm module for bench/src/node.rs: says how many rules are ready, then answers each line `rule times` with
// the processor time of this process in nanoseconds, so that what else runs on the machine is not counted.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

// V8 compiles again what runs often, on threads whose time would count: each rule runs this long before.
const WARM_MS = 200;

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
const rules = instance.exports.prepare();
for (let rule = 0; rule < rules; rule++) {
  const until = performance.now() + WARM_MS;
  while (performance.now() < until) instance.exports.run(rule, 10);
}
console.log(rules);

for await (const line of createInterface({ input: process.stdin })) {
  const [rule, times] = line.split(" ").map(Number);
  const before = process.cpuUsage();
  instance.exports.run(rule, times);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) * 1000);
}

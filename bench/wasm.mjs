// Runs the Wasm module for bench/src/node.rs: says how many rules are ready, then answers each line `rule times` with
// the processor time of this process in nanoseconds, so that what else runs on the machine is not counted.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), {});
console.log(instance.exports.prepare());

for await (const line of createInterface({ input: process.stdin })) {
  const [rule, times] = line.split(" ").map(Number);
  const before = process.cpuUsage();
  instance.exports.run(rule, times);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) * 1000);
}

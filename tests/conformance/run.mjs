// `node run.mjs <module> <first seed> <seeds> <count>`: prints what `conformance run` prints, from the Wasm module.
import { readFileSync } from "node:fs";

const [path, ...numbers] = process.argv.slice(2);
const [first, seeds, count] = numbers.map(BigInt);
const { instance } = await WebAssembly.instantiate(readFileSync(path), {});
const { conformance_run, conformance_run_deepest, conformance_hash } = instance.exports;

function hash() {
  const parts = [0, 1, 2, 3].map((place) => BigInt.asUintN(64, conformance_hash(place)));
  return parts.map((part) => part.toString(16).padStart(16, "0")).join("");
}

conformance_run_deepest();
console.log(`deepest ${hash()}`);
for (let seed = first; seed < first + seeds; seed++) {
  conformance_run(seed, Number(count));
  console.log(`${seed} ${hash()}`);
}

// `node run.mjs <module> run <first seed> <seeds> <count>` and `node run.mjs <module> each <seed> <count>` print what
// src/main.rs prints for the same words, from the Wasm module.
import { readFileSync } from "node:fs";

const [path, what, ...words] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(readFileSync(path), {});
const conformance = instance.exports;

function print(name) {
  const parts = [0, 1, 2, 3].map((place) => BigInt.asUintN(64, conformance.conformance_hash(place)));
  console.log(`${name} ${parts.map((part) => part.toString(16).padStart(16, "0")).join("")}`);
}

function runSeeds(first, seeds, count) {
  conformance.conformance_run_deepest();
  print("deepest");
  for (let seed = first; seed < first + seeds; seed++) {
    conformance.conformance_run(seed, Number(count));
    print(seed);
  }
}

function runEach(seed, count) {
  for (let number = 0; number < count; number++) {
    if (seed !== "deepest") {
      conformance.conformance_run_one(BigInt(seed), number);
    } else if (!conformance.conformance_run_one_deepest(number)) {
      return;
    }
    print(number);
  }
}

if (what === "run") {
  runSeeds(...words.map(BigInt));
} else {
  runEach(words[0], Number(words[1]));
}

import { parse } from "@marcbachmann/cel-js";
import rules from "./rules.json";
import { serve } from "./answer.js";

export default serve({ two: parse(rules.two.cel), forty: parse(rules.forty.cel) });

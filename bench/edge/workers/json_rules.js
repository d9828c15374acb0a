import { Engine } from "json-rules-engine";
import rules from "./rules.json";
import { serve } from "./answer.js";

const decide = ({ json_rules }) => {
  const engine = new Engine([{ conditions: json_rules, event: { type: "applies" } }]);
  return async (attributes) => (await engine.run(attributes)).events.length > 0;
};

export default serve({ two: decide(rules.two), forty: decide(rules.forty) });

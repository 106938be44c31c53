// Works out the expressions of whole questionnaires with npm `fhirpath` and its R4 model, variables first and one on the
// other. FHIRPATH_CASES names a file with one JSON list of {resource, context, expressions: [{at, name, focus,
// expression}]}: `at` is the linkId of the item whose node the expression starts from, null for the response; `focus`
// names another resource in `context`. Prints one line of JSON: for each case its results or errors.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const fhirpath = require("fhirpath");
const r4 = require("fhirpath/fhir-context/r4");

function find(items, linkId) {
  for (const item of items ?? []) {
    const beneath = [...(item.item ?? []), ...(item.answer ?? []).flatMap((answer) => answer.item ?? [])];
    const found = item.linkId === linkId ? item : find(beneath, linkId);
    if (found) return found;
  }
  return null;
}

function evaluate({ at, focus, expression }, resource, variables, context) {
  const options = { traceFn: () => {} };
  if (at === null) return fhirpath.evaluate(context[focus] ?? resource, expression, variables, r4, options);
  const node = find(resource.item, at) ?? { linkId: at };
  return fhirpath.evaluate(node, { base: "QuestionnaireResponse.item", expression }, variables, r4, options);
}

const worked = JSON.parse(readFileSync(process.env.FHIRPATH_CASES, "utf8")).map(({ resource, context, expressions }) => {
  const variables = { ...context, resource, context: resource };
  return expressions.map((each) => {
    try {
      const result = evaluate(each, resource, variables, context);
      if (each.name) variables[each.name] = result;
      return { result };
    } catch (error) {
      if (each.name) variables[each.name] = [];
      return { error: String(error.message ?? error) };
    }
  });
});
console.log(JSON.stringify(worked));

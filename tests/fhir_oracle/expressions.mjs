// Works out FHIRPath expressions with npm `fhirpath` and its R4 model. FHIRPATH_CASES names a file with one JSON list of
// {expression, resource, questionnaire?}. Prints one line of JSON: for each case its result, or the error it made.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const fhirpath = require("fhirpath");
const r4 = require("fhirpath/fhir-context/r4");
const worked = JSON.parse(readFileSync(process.env.FHIRPATH_CASES, "utf8")).map(({ expression, resource, questionnaire }) => {
  try {
    const around = { resource, context: resource, ...(questionnaire ? { questionnaire } : {}) };
    return { result: fhirpath.evaluate(resource, expression, around, r4, { traceFn: () => {} }) };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
});
console.log(JSON.stringify(worked));

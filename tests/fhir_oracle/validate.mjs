// Holds FHIR resources against npm `fhir`'s validator. They stand in the file that FHIR_RESOURCES names, a line of JSON
// each. Prints one line of JSON: each resource that it finds fault with, and the faults.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { Fhir } = createRequire(join(process.cwd(), "package.json"))("fhir");
const fhir = new Fhir();
const faults = [];
for (const line of readFileSync(process.env.FHIR_RESOURCES, "utf8").split("\n").filter(Boolean)) {
  const resource = JSON.parse(line);
  const result = fhir.validate(resource, { errorOnUnexpected: true });
  // A code outside a value set is an error where R4 requires the set, and a warning where it only offers one.
  const offered = (each) => each.severity === "warning" && each.message.endsWith("not found in value set");
  const messages = result.messages.filter((each) => each.severity !== "info" && !offered(each));
  if (!result.valid || messages.length > 0) faults.push({ resource: resource.resourceType, messages });
}
console.log(JSON.stringify(faults));

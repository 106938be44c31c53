// A program that knows FHIR and nothing of Prom: it finds what a patient is to answer, answers with a fever, reads what
// she must be told and the alert that was raised, and is refused where it should be. Prints what it met as JSON.
import { Client } from "fhir-kit-client";

const { PROM, PATIENT, TOKEN, READER } = process.env;
const baseUrl = `${PROM}/fhir/R4`;
const client = new Client({ baseUrl, bearerToken: TOKEN });
const met = {};

// What the server says of itself.
const capabilities = await new Client({ baseUrl }).capabilityStatement();
met.offers = capabilities.rest[0].resource.map((each) => each.type);

// What is to be answered.
const tasks = await client.search({ resourceType: "Task", searchParams: { patient: PATIENT, status: "requested" } });
const asks = (task) => task.input[0].valueCanonical;
const task = tasks.entry.map((each) => each.resource).find((each) => asks(each).includes("symptom-check"));
const [url, version] = asks(task).split("|");
const forms = await client.search({ resourceType: "Questionnaire", searchParams: { url, version } });
const form = await client.read({ resourceType: "Questionnaire", id: forms.entry[0].resource.id });

// An answer to every question that is asked of everybody: a fever, and otherwise the option that means "none".
function options(item) {
  if (item.answerOption) return item.answerOption.map((each) => each.valueCoding);
  const set = form.contained.find((each) => `#${each.id}` === item.answerValueSet);
  return set.compose.include.flatMap(({ system, concept }) => concept.map(({ code, display }) => ({ system, code, display })));
}
function answered(item) {
  if (item.type === "group") return { linkId: item.linkId, item: item.item.map(answered).filter(Boolean) };
  if (item.linkId === "temperature") return { linkId: item.linkId, answer: [{ valueDecimal: 39.4 }] };
  if (item.type !== "choice" || item.enableWhen) return null;
  const wanted = item.linkId === "temperature-measured" ? ["yes"] : ["no", "0"];
  return { linkId: item.linkId, answer: [{ valueCoding: options(item).find((each) => wanted.includes(each.code)) }] };
}
const response = {
  resourceType: "QuestionnaireResponse",
  language: "en",
  identifier: { system: "urn:example:independent", value: "1" },
  extension: [{ url: "http://hl7.org/fhir/StructureDefinition/event-basedOn", valueReference: { reference: `Task/${task.id}` } }],
  questionnaire: asks(task),
  status: "completed",
  subject: task.for,
  authored: task.authoredOn,
  item: form.item.map(answered).filter(Boolean),
};

async function refused(call) {
  try {
    await call();
    return "not refused";
  } catch (error) {
    const issue = error.response.data.issue[0];
    return [error.response.status, issue.code, issue.expression?.[0] ?? null];
  }
}
const create = (body, of = client) => of.create({ resourceType: body.resourceType, body });
const reader = new Client({ baseUrl, bearerToken: READER });
const flags = response.item[0];
const incomplete = { ...response, item: [{ ...flags, item: flags.item.slice(1) }, ...response.item.slice(1)] };
met.refused = {
  nobody: await refused(() => create(response, new Client({ baseUrl }))),
  reader: await refused(() => create(response, reader)),
  incomplete: await refused(() => create(incomplete)),
  another: await refused(() => create({ ...response, subject: { reference: "Patient/another" } })),
};

// The answer, sent twice as after a lost connection, and then as a second one.
const made = await create(response);
const statusOf = (resource) => Client.httpFor(resource).response.status;
const again = await create(response);
met.created = [statusOf(made), statusOf(again), again.id === made.id];
met.refused.second = await refused(() => create({ ...response, identifier: { ...response.identifier, value: "2" } }));

// What she must be told, and what the clinic sees.
const read = await client.read({ resourceType: "QuestionnaireResponse", id: made.id });
const parts = read.extension.find((each) => each.url === "urn:prom:fhir:instruction").extension;
met.instruction = Object.fromEntries(parts.reverse().map((each) => [each.url, each.valueString ?? each.valueCode]));
const alerts = await fetch(`${PROM}/api/v1/alerts?response=${made.id}`, { headers: { Authorization: `Bearer ${TOKEN}` } });
met.alerts = (await alerts.json()).items;
met.done = (await client.read({ resourceType: "Task", id: task.id })).status;

// It was a slip: corrected, and found among what has changed, one to a page.
const slip = structuredClone(read);
slip.status = "amended";
slip.item[0].item[1].answer[0].valueDecimal = 36.4;
const update = (body) =>
  client.update({ resourceType: "QuestionnaireResponse", id: made.id, body, options: { headers: { "If-Match": 'W/"1"' } } });
const amended = await update(slip);
met.amended = [amended.status, amended.meta.versionId, amended.extension.map((each) => each.url)];
met.refused.stale = await refused(() => update(slip));
const before = await client.vread({ resourceType: "QuestionnaireResponse", id: made.id, version: "1" });
met.before = before.item[0].item[1].answer[0].valueDecimal;
let page = await reader.search({ resourceType: "QuestionnaireResponse", searchParams: { patient: PATIENT, _count: "1" } });
met.found = [];
while (page) {
  met.found.push(...page.entry.map((each) => each.resource.id));
  page = await reader.nextPage({ bundle: page });
}
met.made = made.id;
console.log(JSON.stringify(met));

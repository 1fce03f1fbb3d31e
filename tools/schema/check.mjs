// Reads docs/policy.schema.json as an editor does: with the YAML language
// server that editors embed. Good policy files get no complaint, wrong ones
// get one at the right line, and keys are completed and explained.
//
//   npm ci && npm test
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import server from "yaml-language-server";
import { TextDocument } from "vscode-languageserver-textdocument";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const schemaURL = "https://example.com/policy.schema.json";
const schema = readFileSync(join(root, "docs", "policy.schema.json"), "utf8");

const none = () => {};
const service = server.getLanguageService({
  schemaRequestService: (url) => (url === schemaURL ? Promise.resolve(schema) : Promise.reject(new Error(`no ${url} is read`))),
  workspaceContext: { resolveRelativePath: (path) => path },
  telemetry: { send: none, sendError: none, sendTrack: none },
});
service.configure({
  validate: true, completion: true, hover: true,
  schemas: [{ uri: schemaURL, fileMatch: ["*.yml"] }],
});

// The server remembers a document by its address, so that each has its own.
let opened = 0;
const open = (name, text) => TextDocument.create(`file:///${++opened}/${name}`, "yaml", 1, text);

// What the server says of a text, as "LINE: message".
async function complaints(name, text) {
  const found = await service.doValidation(open(name, text), false);
  return found.map((d) => `${d.range.start.line + 1}: ${d.message}`);
}

let failed = 0;
function fail(what, said) {
  failed++;
  console.error(`${what}\n  ${said.join("\n  ") || "nothing is said"}`);
}

// Every policy file that the loader's tests accept, our own, and the first one
// of docs/policy.md that shows all there is.
const good = new Map();
const accepted = join(root, "internal", "config", "testdata", "good");
for (const name of readdirSync(accepted)) {
  good.set(name, readFileSync(join(accepted, name), "utf8"));
}
good.set("our-own.yml", readFileSync(join(root, ".github", "backout.yml"), "utf8"));
const page = readFileSync(join(root, "docs", "policy.md"), "utf8");
for (const [i, block] of [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].entries()) {
  good.set(`page-${i}.yml`, block[1]);
}
for (const [name, text] of good) {
  // The modeline of a file would have the server fetch the schema.
  const said = await complaints(name, text.replaceAll("yaml-language-server:", "schema:"));
  if (said.length > 0) fail(`${name} is a good file`, said);
}

// What a schema can see is said at its line.
const bad = [
  ["an unknown key", "version: 1\nmoed: audit\n", /^2: .*moed/],
  ["an unknown key below another", "diff-size:\n  warn-above: 300\n  blok-above: 900\n", /^3: .*blok-above/],
  ["an unknown key of a section", "sections:\n  rollback:\n    requires: always\n", /^3: .*requires/],
  ["a text for a number", "diff-size:\n  warn-above: many\n", /^2: /],
  ["a text for a list", "exempt:\n  paths: docs\n", /^2: .*array/],
  ["a float for a number", "diff-size:\n  warn-above: 1.5\n", /^2: /],
  ["a negative number", "diff-size:\n  warn-above: -1\n", /^2: /],
  ["an unknown value", "version: 1\nmode: strict\n", /^2: .*(enforce|audit)/],
  ["an unknown severity", "irreversible:\n  schema-migration: loud\n", /^2: /],
  ["a version of the future", "version: 9\n", /^1: /],
  ["a list at the top", "- version: 1\n", /^1: .*object/],
];
for (const [name, text, want] of bad) {
  const said = await complaints("wrong.yml", text);
  if (!said.some((s) => want.test(s))) fail(`${name}: ${want} is not said`, said);
}

// An editor offers the keys, and says what one means.
const at = (line, character) => ({ line, character });
const offered = await service.doComplete(open("typed.yml", "version: 1\ndiff-size:\n  \n"), at(2, 2), false);
const keys = offered.items.map((i) => i.label);
if (!["warn-above", "block-above", "ignore"].every((k) => keys.includes(k))) fail("the keys of diff-size are not offered", keys);
const values = (await service.doComplete(open("typed.yml", "mode: "), at(0, 6), false)).items.map((i) => i.label);
if (!["enforce", "audit"].every((v) => values.includes(v))) fail("the modes are not offered", values);
const hover = await service.doHover(open("typed.yml", "diff-size: {warn-above: 300}\n"), at(0, 14));
if (!JSON.stringify(hover?.contents ?? "").includes("Warn above so many counted lines")) fail("the key is not explained", [JSON.stringify(hover)]);

console.log(`${good.size} good files, ${bad.length} wrong ones, ${failed} ${failed === 1 ? "complaint" : "complaints"}`);
process.exit(failed > 0 ? 1 : 0);

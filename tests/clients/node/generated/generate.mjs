// Generates the types of both APIs, compiles `clients.ts` with them, and runs it.
// Usage: generate.mjs DEMO_FILE FOLDER
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [, , demo, folder] = process.argv;
const { base, admin_key, personal_access_token } = JSON.parse(readFileSync(demo, "utf8")).realms.speckle;
const here = fileURLToPath(new URL(".", import.meta.url));
const packages = fileURLToPath(new URL("../../node_modules", import.meta.url));
const run = (script, words) => {
  try {
    return execFileSync(process.execPath, [script, ...words], { cwd: folder, encoding: "utf8" });
  } catch (error) {
    console.error(error.stdout, error.stderr);
    process.exit(1);
  }
};

mkdirSync(folder, { recursive: true });
symlinkSync(packages, `${folder}/node_modules`);
writeFileSync(`${folder}/package.json`, JSON.stringify({ type: "module" }));
copyFileSync(`${here}/clients.ts`, `${folder}/clients.ts`);
for (const name of ["admin", "account"]) {
  const answer = await fetch(`${base}/${name}/openapi.json`);
  writeFileSync(`${folder}/${name}.json`, await answer.text());
  run(`${packages}/openapi-typescript/bin/cli.js`, [`${name}.json`, "-o", `${name}.d.ts`]);
}
const options = "--strict --exactOptionalPropertyTypes --target es2022 --module nodenext --skipLibCheck --types node";
run(`${packages}/typescript/bin/tsc`, [...options.split(" "), "clients.ts"]);
process.stdout.write(run("clients.js", [base, admin_key, personal_access_token]));

// The authorization code flow by one of the libraries in code_flow/.
//
//   node code_flow.mjs LIBRARY CASE_JSON
//
// Prints where a person has to go, one JSON object on a line; reads from standard input where they
// were sent back to, one line; prints what it saw, one more object. Exits with 1 when a step fails.
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'

const [library, file] = process.argv.slice(2)
const { default: flow } = await import(`./code_flow/${library}.mjs`)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function visit(url) {
  console.log(JSON.stringify({ visit: String(url) }))
  return new URL((await lines.next()).value)
}

const seen = await flow(JSON.parse(await readFile(file, 'utf8')), visit)
console.log(JSON.stringify(seen))
process.exit(0)

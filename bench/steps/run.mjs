// What steps cost that touch the world: npm run bench -- steps [http] [code] [models] [mails] [--rounds 24]
// Needs the built workspace; `models` and `mails` the private runtime (`npm run up` once). Everything runs on loopback. The servers that are called run in a process of their own, where
// what is measured is the CPU or the memory of whoever calls.
import { measureCode } from './code.mjs';
import { measureHttp } from './http.mjs';
import { measureMails } from './mails.mjs';
import { measureModels } from './models.mjs';

const PARTS = { http: measureHttp, code: measureCode, models: measureModels, mails: measureMails };

const args = process.argv.slice(2);
const at = args.indexOf('--rounds');
const rounds = at < 0 ? 24 : Number(args[at + 1]);
const named = args.filter((_, index) => at < 0 || (index !== at && index !== at + 1));
const unknown = named.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined || !Number.isInteger(rounds) || rounds < 1) {
  process.stderr.write(`One or several of: ${Object.keys(PARTS).join(', ')}; and --rounds with a number\n`);
  process.exit(1);
}
for (const [name, measure] of Object.entries(PARTS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  console.log(`\n${name}\n`);
  await measure(rounds);
}

// Says of each half of the build which module format it is: the package itself is ESM.
import { writeFileSync } from 'node:fs';

for (const [folder, type] of Object.entries({ esm: 'module', cjs: 'commonjs' })) {
  writeFileSync(new URL(`../dist/${folder}/package.json`, import.meta.url), `${JSON.stringify({ type })}\n`);
}

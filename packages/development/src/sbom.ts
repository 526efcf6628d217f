// `npm run sbom -- FOLDER`: writes what each program that is deployed is made of, in the form of CycloneDX.
import { readArguments } from '@millrace/local/arguments';
import { exitCodeOf } from '@millrace/local/failure';
import { REPOSITORY } from './repository.js';
import { writeBills } from './supply-chain/write-bills.js';

const { operand: folder } = readArguments(process.argv.slice(2), {
  usage: 'npm run sbom -- FOLDER',
  operand: 'FOLDER',
});
process.exitCode = await exitCodeOf(
  (async () => {
    for (const file of writeBills(REPOSITORY, folder)) process.stdout.write(`${file}\n`);
  })(),
);

// `npm run sbom -- FOLDER`: writes what each program that is deployed is made of, in the form of CycloneDX.
import { exitCodeOf } from '@millrace/local/failure';
import { REPOSITORY } from './repository.js';
import { writeBills } from './supply-chain/write-bills.js';

process.exitCode = await exitCodeOf(
  (async () => {
    for (const file of writeBills(REPOSITORY, process.argv[2])) process.stdout.write(`${file}\n`);
  })(),
);

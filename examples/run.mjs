// Runs an example against the platform on this machine: `node examples/run.mjs NAME`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { Collector } from './src/collector.mjs';
import { Api, ExampleError, findPlatform } from './src/platform.mjs';

const here = dirname(fileURLToPath(import.meta.url));

function exampleNames() {
  return readdirSync(here).filter((name) => existsSync(join(here, name, 'feed.mjs')));
}

/** @param {string | undefined} name */
async function main(name) {
  if (name === undefined || !exampleNames().includes(name)) {
    throw new ExampleError(`Usage: node examples/run.mjs NAME\nNAME is one of: ${exampleNames().join(', ')}`);
  }
  const api = new Api(findPlatform());
  const collector = new Collector();
  await collector.start();
  try {
    const document = parse(readFileSync(join(here, name, 'workflow.yaml'), 'utf8'));
    // The service that the workflow calls listens on another port each time.
    const variables = { ...document.variables, service_url: collector.url };
    const workflow = await api.save({ ...document, variables });
    console.log(`Workflow "${workflow.name}": ${workflow.id}, version ${workflow.version}\n`);
    const { feed } = await import(new URL(`./${name}/feed.mjs`, import.meta.url).href);
    await feed({ api, workflow, collector });
  } finally {
    await collector.stop();
  }
}

try {
  await main(process.argv[2]);
} catch (error) {
  // `fetch` hides what went wrong in the cause.
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.message}` : '';
  console.error(
    error instanceof ExampleError ? error.message : `${error instanceof Error ? error.stack : String(error)}${cause}`,
  );
  process.exitCode = 1;
}

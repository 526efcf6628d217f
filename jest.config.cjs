// All packages' tests in one run, so that every worker has something to do until the end.
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

const folders = ['packages', 'apps'].flatMap((group) =>
  readdirSync(path.join(__dirname, group)).map((name) => `${group}/${name}`),
);

const { testTimeout } = require('./jest.preset.cjs');

/** @type {import('jest').Config} */
module.exports = {
  // Jest takes this one from here only.
  testTimeout,
  // What files of tests have left behind is given back with the worker.
  workerIdleMemoryLimit: '1.5GB',
  testSequencer: '<rootDir>/jest/test-sequencer.cjs',
  projects: [...folders, 'deploy/local']
    .filter((folder) => existsSync(path.join(__dirname, folder, 'jest.config.cjs')))
    .map((folder) => `<rootDir>/${folder}`),
};

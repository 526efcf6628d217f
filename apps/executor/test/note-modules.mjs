// For tests of what a process loads, by `--import`: reports on standard error each file that is loaded as a module.
import { writeSync } from 'node:fs';
import Module, { register } from 'node:module';

const hooks = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    if (url.startsWith('file:')) writeSync(2, 'loads ' + url + '\\n');
    return next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { load } = Module.prototype;
Module.prototype.load = function (file) {
  writeSync(2, `loads file://${file}\n`);
  return load.call(this, file);
};

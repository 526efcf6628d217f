// In the place of kubectl: sends its arguments and its input to the test, and prints what comes back (kubectl.ts).
import { request } from 'node:http';

const [, , url = '', ...words] = process.argv;
const headers = { 'x-arguments': encodeURIComponent(JSON.stringify(words)) };
const call = request(url, { method: 'POST', headers }, (response) => {
  const isDone = response.statusCode === 200;
  if (!isDone) process.exitCode = 1;
  response.pipe(isDone ? process.stdout : process.stderr);
  response.on('error', fail);
});
call.on('error', fail);
process.stdin.pipe(call);

/** @param {Error} error */
function fail(error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

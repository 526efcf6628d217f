import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { homeId } from '../paths.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { startInDocker } from '../servers/docker.mjs';
import { startMongo } from '../servers/mongo.mjs';
import { startNats } from '../servers/nats.mjs';
import { mongoAnswers, natsAnswers, redisAnswers } from '../servers/probe.mjs';
import { startRedis } from '../servers/redis.mjs';

/** @typedef {import('../servers/discovery.mjs').ServerName} ServerName */

/**
 * The servers of one home, ready to be supervised.
 *
 * @typedef {object} ServerUnits
 * @property {import('../processes/supervisor.mjs').Unit[]} units none for a server given by URL
 * @property {Record<ServerName, string>} urls
 */

const ANSWERS = { nats: natsAnswers, redis: redisAnswers, mongodb: mongoAnswers };

/**
 * @param {object} options
 * @param {import('../paths.mjs').HomePaths} options.paths
 * @param {import('../servers/discovery.mjs').ServerSources} options.sources
 * @param {import('../runtime/sandbox.mjs').PrivateRuntime | undefined} options.runtime needed if a source is the runtime
 * @param {Record<ServerName | 'natsMonitor', number>} options.ports
 * @param {string} options.composeFile
 * @returns {Promise<ServerUnits>}
 * @throws {Failure} when a server given by URL does not answer
 */
export async function serverUnits({ paths, sources, runtime, ports, composeFile }) {
  /** @type {import('../processes/supervisor.mjs').Unit[]} */
  const units = [];
  /** @type {Record<ServerName, string>} */
  const urls = { nats: '', redis: '', mongodb: '' };
  for (const name of /** @type {ServerName[]} */ (['nats', 'redis', 'mongodb'])) {
    const source = sources[name];
    if (source.from === 'url') {
      urls[name] = source.url;
      // TLS and SRV addresses can't be asked with a plain socket; the services will say if they are wrong.
      if (/^(nats|redis|mongodb):/.test(source.url) && !(await ANSWERS[name](source.url))) {
        throw new Failure(
          `The configured ${name} server at ${withoutPassword(source.url)} does not answer.`,
          'Start it, or unset its MILLRACE_…_URL to get one from here.',
        );
      }
      continue;
    }
    const port = ports[name];
    if (source.from === 'docker') {
      urls[name] = `${name}://127.0.0.1:${port}${name === 'mongodb' ? '/?directConnection=true' : ''}`;
      units.push({
        name,
        start: () => startInDocker({ name, composeFile, project: `millrace-${homeId(paths.home)}`, port }),
      });
      continue;
    }
    urls[name] = `${name}://127.0.0.1:${port}`;
    const launch = launchOf(source, runtime);
    units.push({ name, start: STARTERS[name]({ launch, paths, port, monitorPort: ports.natsMonitor }) });
  }
  return { units, urls };
}

/**
 * @typedef {{ launch: import('../servers/running-server.mjs').Launch, paths: import('../paths.mjs').HomePaths, port: number, monitorPort: number }} Start
 * @type {Record<ServerName, (start: Start) => () => Promise<import('../processes/supervisor.mjs').Running>>}
 */
const STARTERS = {
  nats: ({ launch, paths, port, monitorPort }) => {
    const logFile = join(paths.logs, 'nats.log');
    return () => (rotateLog(logFile), startNats({ launch, dir: paths.natsData, port, monitorPort, logFile }));
  },
  redis: ({ launch, paths, port }) => {
    const logFile = join(paths.logs, 'redis.log');
    return () => (rotateLog(logFile), startRedis({ launch, dir: paths.redisData, port, logFile }));
  },
  mongodb: ({ launch, paths, port }) => {
    const logFiles = ['mongodb.log', 'ferretdb.log', 'postgres.log'].map((name) => join(paths.logs, name));
    return () => (
      logFiles.forEach((file) => rotateLog(file)),
      startMongo({ launch, dir: paths.mongodbData, port, logDir: paths.logs })
    );
  },
};

/**
 * @param {import('../servers/discovery.mjs').ServerSource} source
 * @param {import('../runtime/sandbox.mjs').PrivateRuntime | undefined} runtime
 * @returns {import('../servers/running-server.mjs').Launch}
 */
function launchOf(source, runtime) {
  if (source.from === 'path') return { kind: 'program', path: source.path };
  if (!runtime) throw new Error('the private runtime is needed and not there');
  return { kind: 'runtime', runtime };
}

/** @param {string} url */
function withoutPassword(url) {
  return url.replace(/\/\/[^@/]*@/, '//…@');
}

import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { homeId } from '../paths.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { startInDocker } from '../servers/docker.mjs';
import { startMongo } from '../servers/mongo.mjs';
import { mongoAnswers, natsAnswers, redisAnswers } from '../servers/probe.mjs';
import { startRedis } from '../servers/redis.mjs';
import { natsUnit } from './nats-unit.mjs';
import { serverPassword } from './secrets.mjs';

/** @typedef {import('../servers/discovery.mjs').ServerName} ServerName */

/**
 * The servers of one home, ready to be supervised.
 *
 * @typedef {object} ServerUnits
 * @property {import('../processes/supervisor.mjs').Unit[]} units none for a server given by URL
 * @property {Record<ServerName, string>} urls for an operator, who may do everything
 * @property {(service: string) => string} natsUrlOf with the user and password of a service
 * @property {string | undefined} natsMonitorUrl where NATS's monitoring pages are, if it is ours
 * @property {() => string | undefined} natsProblem what NATS says is wrong with it, and what is waited for
 * @property {string[]} dataDirs of the servers that are ours
 */

const ANSWERS = { nats: natsAnswers, redis: redisAnswers, mongodb: mongoAnswers };

/**
 * @param {object} options
 * @param {import('../paths.mjs').HomePaths} options.paths
 * @param {import('../servers/discovery.mjs').ServerSources} options.sources
 * @param {import('../runtime/sandbox.mjs').PrivateRuntime | undefined} options.runtime needed if a source is the runtime
 * @param {Record<ServerName | 'natsMonitor', number>} options.ports
 * @param {string} options.composeFile
 * @param {Omit<import('../servers/nats.mjs').NatsUser, 'password'>[]} options.natsUsers
 * @param {NodeJS.ProcessEnv} options.env `MILLRACE_NATS_SYNC_INTERVAL` is read
 * @param {(line: string) => void} options.log
 * @param {() => void} options.onChange `natsProblem()` has changed
 * @returns {Promise<ServerUnits>}
 * @throws {Failure} when a server given by URL does not respond
 */
export async function serverUnits(options) {
  const { paths, sources, runtime, ports, composeFile } = options;
  /** @type {import('../processes/supervisor.mjs').Unit[]} */
  const units = [];
  /** @type {Record<ServerName, string>} */
  const urls = { nats: '', redis: '', mongodb: '' };
  /** @type {Pick<ServerUnits, 'natsUrlOf' | 'natsMonitorUrl' | 'natsProblem'>} */
  let nats = { natsUrlOf: () => urls.nats, natsMonitorUrl: undefined, natsProblem: () => undefined };
  for (const name of /** @type {ServerName[]} */ (['nats', 'redis', 'mongodb'])) {
    const source = sources[name];
    if (source.from === 'url') {
      urls[name] = source.url;
      // TLS and SRV addresses can't be asked with a plain socket; the services will say if they are wrong.
      if (/^(nats|redis|mongodb):/.test(source.url) && !(await ANSWERS[name](source.url))) {
        throw new Failure(
          `The configured ${name} server at ${withoutPassword(source.url)} does not respond.`,
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
    const launch = launchOf(source, runtime);
    if (name === 'nats') {
      const ours = natsUnit({ ...options, launch });
      units.push(ours.unit);
      urls.nats = ours.operatorUrl;
      nats = ours;
    } else if (name === 'redis') {
      const password = serverPassword(paths.secrets, 'redis');
      urls.redis = `redis://:${password}@127.0.0.1:${port}`;
      units.push({ name, start: redisStart({ launch, paths, port, password }) });
    } else {
      urls.mongodb = `mongodb://127.0.0.1:${port}`;
      units.push({ name, start: mongoStart({ launch, paths, port }) });
    }
  }
  const { natsUrlOf, natsMonitorUrl, natsProblem } = nats;
  return { units, urls, natsUrlOf, natsMonitorUrl, natsProblem, dataDirs: dataDirs(paths, sources) };
}

/**
 * Folders that grow with what is stored, of the servers that run here.
 *
 * @param {import('../paths.mjs').HomePaths} paths
 * @param {import('../servers/discovery.mjs').ServerSources} sources
 */
function dataDirs(paths, sources) {
  const isOurs = (/** @type {import('../servers/discovery.mjs').ServerSource} */ { from }) =>
    from === 'path' || from === 'runtime';
  return [...(isOurs(sources.nats) ? [paths.natsData] : []), ...(isOurs(sources.mongodb) ? [paths.mongodbData] : [])];
}

/** @param {{ launch: import('../servers/running-server.mjs').Launch, paths: import('../paths.mjs').HomePaths, port: number, password: string }} redis */
function redisStart({ launch, paths, port, password }) {
  const logFile = join(paths.logs, 'redis.log');
  return () => (rotateLog(logFile), startRedis({ launch, dir: paths.redisData, port, logFile, password }));
}

/** @param {{ launch: import('../servers/running-server.mjs').Launch, paths: import('../paths.mjs').HomePaths, port: number }} mongo */
function mongoStart({ launch, paths, port }) {
  const logFiles = ['mongodb.log', 'ferretdb.log', 'postgres.log'].map((name) => join(paths.logs, name));
  return () => (
    logFiles.forEach((file) => rotateLog(file)),
    startMongo({ launch, dir: paths.mongodbData, port, logDir: paths.logs })
  );
}

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

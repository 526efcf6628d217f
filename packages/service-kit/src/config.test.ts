import { z } from 'zod';
import { baseConfigShape, mongoConfigShape, parseConfig } from './config.js';

const schema = z.object({ ...baseConfigShape, ...mongoConfigShape });
const good = {
  MILLRACE_NATS_URL: 'nats://user:secret@127.0.0.1:4222',
  MILLRACE_MONGODB_URL: 'mongodb://127.0.0.1/',
  MILLRACE_HEALTH_PORT: '9000',
};

describe('parseConfig', () => {
  it('fills in defaults and freezes the result', () => {
    const result = parseConfig(schema, good);
    expect(result).toMatchObject({
      config: { MILLRACE_HEALTH_PORT: 9000, MILLRACE_LOG_LEVEL: 'info', MILLRACE_MONGODB_DATABASE: 'millrace' },
    });
    expect('config' in result && Object.isFrozen(result.config)).toBe(true);
  });

  it('reports every problem at once, by the name of the setting', () => {
    const result = parseConfig(schema, {
      ...good,
      MILLRACE_NATS_URL: 'http://x',
      MILLRACE_MONGODB_URL: undefined,
      MILLRACE_HEALTH_PORT: '70000',
      MILLRACE_LOG_LEVEL: 'loud',
    });
    expect('problems' in result && result.problems.map(({ name }) => name).sort()).toEqual([
      'MILLRACE_HEALTH_PORT',
      'MILLRACE_LOG_LEVEL',
      'MILLRACE_MONGODB_URL',
      'MILLRACE_NATS_URL',
    ]);
  });

  it('takes several servers of a cluster of NATS, each of which has to be one', () => {
    const cluster = 'nats://u:p@127.0.0.1:4222,nats://127.0.0.1:4223';
    expect(parseConfig(schema, { ...good, MILLRACE_NATS_URL: cluster })).toMatchObject({
      config: { MILLRACE_NATS_URL: cluster },
    });
    for (const wrong of ['nats://127.0.0.1:4222,http://x', 'nats://127.0.0.1:4222,', 'nats://'])
      expect(parseConfig(schema, { ...good, MILLRACE_NATS_URL: wrong })).toHaveProperty(
        'problems.0.name',
        'MILLRACE_NATS_URL',
      );
  });

  it('takes an empty setting for one that is not set', () => {
    expect(parseConfig(schema, { ...good, MILLRACE_LOG_LEVEL: '' })).toMatchObject({
      config: { MILLRACE_LOG_LEVEL: 'info' },
    });
    expect(parseConfig(schema, { ...good, MILLRACE_NATS_URL: '' })).toMatchObject({
      problems: [{ name: 'MILLRACE_NATS_URL', message: expect.stringContaining('is missing') }],
    });
  });

  it('reads the address of the monitoring pages and the folders of data, both of which may be missing', () => {
    const set = { MILLRACE_NATS_MONITOR_URL: 'http://127.0.0.1:8222/', MILLRACE_DATA_DIRS: '/data/nats,/data/mongodb' };
    expect(parseConfig(schema, { ...good, ...set })).toMatchObject({
      config: {
        MILLRACE_NATS_MONITOR_URL: ['http://127.0.0.1:8222'],
        MILLRACE_DATA_DIRS: ['/data/nats', '/data/mongodb'],
      },
    });
    expect(parseConfig(schema, good)).toMatchObject({
      config: { MILLRACE_NATS_MONITOR_URL: [], MILLRACE_DATA_DIRS: [] },
    });
    const several = { MILLRACE_NATS_MONITOR_URL: 'http://nats-0:8222,http://nats-1:8222/' };
    expect(parseConfig(schema, { ...good, ...several })).toMatchObject({
      config: { MILLRACE_NATS_MONITOR_URL: ['http://nats-0:8222', 'http://nats-1:8222'] },
    });
    const wrong = { MILLRACE_NATS_MONITOR_URL: 'http://nats-0:8222,nats-1:8222' };
    expect(parseConfig(schema, { ...good, ...wrong })).toMatchObject({
      problems: [{ name: expect.stringContaining('MILLRACE_NATS_MONITOR_URL') as string }],
    });
  });

  it('reads headers of traces, and says what is no header without repeating it', () => {
    const set = { MILLRACE_OTLP_HEADERS: 'authorization=Basic abc==, x-key = 1' };
    expect(parseConfig(schema, { ...good, ...set })).toMatchObject({
      config: { MILLRACE_OTLP_HEADERS: { authorization: 'Basic abc==', 'x-key': '1' }, MILLRACE_TRACE_RATIO: 1 },
    });
    const wrong = parseConfig(schema, { ...good, MILLRACE_OTLP_HEADERS: 'a=1,hunter2', MILLRACE_TRACE_RATIO: '1.5' });
    expect('problems' in wrong && wrong.problems.map(({ name }) => name)).toEqual([
      'MILLRACE_OTLP_HEADERS',
      'MILLRACE_TRACE_RATIO',
    ]);
    expect(JSON.stringify(wrong)).not.toContain('hunter2');
  });

  it('does not repeat the value of a setting, which may hold a password', () => {
    const result = parseConfig(schema, { ...good, MILLRACE_NATS_URL: 'http://user:hunter2@x' });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});

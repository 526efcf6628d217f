import type { Command } from '../command.js';

/** Names that one call takes. */
const MOST = 50;
/** Longer than a process may take as its setting, and the five seconds that it gets beyond it. */
const DEFAULT_SECONDS = 90;

const drainCommand: Command = {
  name: 'drain',
  parameters: '[NAME…]',
  summary:
    'take processes out of service: they take nothing new, hand over what they run, and stay without work until they are ended; NAME: an instance, a service, or a node with all of its processes',
  words: [0, MOST],
  options: {
    list: { type: 'boolean', description: 'show all processes, and change nothing' },
    force: { type: 'boolean', description: 'also where a service has no ready process left' },
    timeout: { type: 'string', description: `seconds to wait for them; ${DEFAULT_SECONDS} by default` },
  },
  settings: ['MILLRACE_NATS_OPERATOR_URL'],
  // With the client of NATS, which no other command but `doctor` has to load.
  async run({ words, options, config }) {
    const { drained, listed } = await import('../drain/drained.js');
    if (options['list'] === true) return listed(words, config);
    const seconds = Number(options['timeout'] ?? DEFAULT_SECONDS);
    return drained(words, { seconds, isForced: options['force'] === true }, config);
  },
};

export const DRAIN_COMMANDS: readonly Command[] = [drainCommand];

import type { Command } from '../command.js';

const doctorCommand: Command = {
  name: 'doctor',
  summary: 'look for what is wrong with the installation, and say what to do about it',
  settings: [
    'MILLRACE_NATS_URL',
    'MILLRACE_NATS_URLS',
    'MILLRACE_NATS_MONITOR_URL',
    'MILLRACE_NATS_REPLICAS',
    'MILLRACE_MONGODB_URL',
    'MILLRACE_MONGODB_DATABASE',
    'MILLRACE_REDIS_URL',
    'MILLRACE_PUBLIC_URL',
    'MILLRACE_MASTER_KEYS_FILE',
    'MILLRACE_HEALTH_URLS',
  ],
  // Clients of all servers, which no other command has to load.
  run: async (invocation) => (await import('../doctor/diagnosis.js')).diagnose(invocation),
};

export const DOCTOR_COMMANDS: readonly Command[] = [doctorCommand];

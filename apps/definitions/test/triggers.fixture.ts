import { triggerPlugins } from '../src/triggers/registry.js';
import { Triggers } from '../src/triggers/triggers.js';

/** The plug-ins of all types, for what they do without a database and NATS. */
export function triggersWithoutServers(): Triggers {
  const unused = () => Promise.reject(new Error('There are no servers in this test'));
  const endpoints = { create: unused, idsOfWorkflow: unused, spareOfWorkflow: unused };
  const snapshots = { get: unused, put: unused, delete: unused };
  return new Triggers(
    triggerPlugins({ endpoints, workflows: { countSchedules: unused }, snapshots, schedulesPerOrganisation: 1 }),
  );
}

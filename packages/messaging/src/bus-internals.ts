import type { Logger } from './logger.js';
import type { Topology } from './topology.js';

/** What the transport strategy needs beyond the {@link Bus}; not for services. */
export interface BusInternals {
  readonly name: string;
  readonly logger: Logger;
  /** With the journal streams of the first layout, and no own lanes; `NatsBus.topology` has those that there are. */
  readonly topology: Topology;
  readonly validateOutgoing: boolean;
  /** Creates what of a topology is not on the server. */
  readonly ensure: (topology: Topology) => Promise<void>;
}

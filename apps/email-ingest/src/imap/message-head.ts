import type { HeaderFields } from './header-fields.js';

/** What is known of a message before it is read. */
export interface MessageHead {
  readonly uid: number;
  /** As the server announces it. */
  readonly size: number;
  /** When the server got it. */
  readonly arrivedAt: Date | null;
  readonly messageId: string | null;
  /** ISO 8601, as the sender says. */
  readonly date: string | null;
  readonly from: string | null;
  readonly fromName: string;
  readonly subject: string;
  /** Of To, Cc, and of the fields in which servers note to whom they delivered it. */
  readonly recipients: readonly string[];
  /** Only those that triggers look at. */
  readonly fields: HeaderFields;
}

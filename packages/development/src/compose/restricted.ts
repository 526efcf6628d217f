import { MASTER_KEYS_FOLDER } from '../kubernetes/container-settings.js';

/** What a container of Millrace may do: as in Kubernetes, no more than write to /tmp. */
export const RESTRICTED = {
  user: '1000:1000',
  read_only: true,
  tmpfs: ['/tmp:size=64m'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
};

/** The file of master keys in a container. */
export const KEYS_SECRET = { source: 'master-keys', target: `${MASTER_KEYS_FOLDER}/master-keys` };

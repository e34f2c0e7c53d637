import { join } from 'node:path';

import { plainPath } from './path-mapping.ts';

/** Where the agent keeps what on a device lies in containers, volumes and the device's own file system. */
export interface AgentFolders {
  /** Shims for stand-ins; the first folder of every PATH. */
  readonly bin: string;
  /** A folder for each module, in place of its container's own file system. */
  readonly containers: string;
  /** Named volumes. */
  readonly volumes: string;
  /** Where a path of the device lies here: `/var/deepstream` is `<root>/host/var/deepstream`; `..` never leaves the root. */
  readonly hostPath: (devicePath: string) => string;
}

/** The folders below a root. */
export function agentFolders(root: string): AgentFolders {
  return {
    bin: join(root, 'bin'),
    containers: join(root, 'containers'),
    volumes: join(root, 'volumes'),
    hostPath: (devicePath) => join(root, 'host', plainPath(devicePath)),
  };
}

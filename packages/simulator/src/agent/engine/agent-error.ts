import { CodedError } from '@companion/foundation';

/**
 * What can go wrong with running a deployment. `MODULE_UNKNOWN`: no module of this name. `NOTHING_TO_RUN`: a module with
 * neither code here nor an Entrypoint or Cmd. `SOURCE_MISSING`: the folder of a module has no src/main.ts.
 * `MOUNT_UNSUPPORTED`: a bind over the container's root. `IMAGE_MISSING`: the engine has no such image. `NAME_TAKEN`: a
 * container of somebody else's has the module's name.
 */
export type AgentErrorCode =
  'MODULE_UNKNOWN' | 'NOTHING_TO_RUN' | 'SOURCE_MISSING' | 'MOUNT_UNSUPPORTED' | 'IMAGE_MISSING' | 'NAME_TAKEN';

/** A deployment or a wish that the agent can't fulfil; trying again changes nothing. The message is one line. */
export class AgentError extends CodedError<AgentErrorCode> {
  override readonly name = 'AgentError';

  constructor(code: AgentErrorCode, module: string, message: string) {
    super(code, `module ${module}: ${message}`, { facts: { module } });
  }
}

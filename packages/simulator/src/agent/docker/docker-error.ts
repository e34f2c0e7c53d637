import { CodedError } from '@companion/foundation';

/**
 * What can go wrong with Docker. `ENGINE_UNREACHABLE`: nothing answers on the socket. `ENGINE_UNSUPPORTED`: DOCKER_HOST is
 * no unix socket. `NOT_FOUND`: no such container, image, volume or file. `CONFLICT`: a name is taken, or what is to go is in
 * use. `ENGINE_REFUSED`: anything else that the engine says no to.
 */
export type DockerErrorCode = 'ENGINE_UNREACHABLE' | 'ENGINE_UNSUPPORTED' | 'NOT_FOUND' | 'CONFLICT' | 'ENGINE_REFUSED';

/** An error of Docker's engine, or on the way to it; its message is the engine's own, in one line. */
export class DockerError extends CodedError<DockerErrorCode> {
  override readonly name = 'DockerError';

  constructor(code: DockerErrorCode, message: string, { cause }: { readonly cause?: unknown } = {}) {
    super(code, message.replace(/\s+/g, ' ').trim(), { retryable: code === 'ENGINE_UNREACHABLE', cause });
  }
}

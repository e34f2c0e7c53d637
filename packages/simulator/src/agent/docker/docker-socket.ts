import { DockerError } from './docker-error.ts';

/** The engine's unix socket, as Docker's own tools find it. Throws `ENGINE_UNSUPPORTED`: other ways lead to engines whose files are not here. */
export function dockerSocket(environment: Readonly<Record<string, string | undefined>>): string {
  const host = environment['DOCKER_HOST'];
  if (host === undefined || host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix:///')) return host.slice('unix://'.length);
  throw new DockerError(
    'ENGINE_UNSUPPORTED',
    `DOCKER_HOST is ${host}: the simulator shares sockets and folders with its containers and wants an engine of this machine, unix:///…`,
  );
}

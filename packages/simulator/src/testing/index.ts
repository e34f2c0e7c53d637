export { DockerClient } from '../agent/docker/docker-client.ts';
export { dockerSocket } from '../agent/docker/docker-socket.ts';
export { dockerForTests } from '../agent/docker/testing/docker-for-tests.ts';
export { demoZones } from '../demo/scene/index.ts';
export { makeScene } from '../demo/scene/scene.ts';
export { createServerCertificate } from '../hub/identity/certificate.ts';

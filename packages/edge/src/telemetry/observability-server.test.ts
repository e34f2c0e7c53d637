import { describe, expect, onTestFinished, test } from 'vitest';
import { Health } from './health.ts';
import { Metrics } from './metrics.ts';
import { ObservabilityServer } from './observability-server.ts';

function build(port = 0) {
  const metrics = new Metrics({ module: 'm', iothub: 'h', device: 'd', instance: 'i' });
  const health = new Health();
  const server = new ObservabilityServer({ metrics, health, port, host: '127.0.0.1' });
  onTestFinished(() => server.stop());
  return { metrics, health, server };
}

describe('the server for metrics and health', () => {
  test('serves metrics as Prometheus text', async () => {
    const { metrics, server } = build();
    metrics.counter('things_total', 'Things.').inc();
    const response = await fetch(`http://127.0.0.1:${await server.start()}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('m_things_total{');
  });

  test('answers 200 while every check holds, else 503, and names each check', async () => {
    const { health, server } = build();
    const url = `http://127.0.0.1:${await server.start()}/healthz`;
    health.add('hub', () => ({ ok: true }));
    expect((await fetch(url)).status).toBe(200);
    const remove = health.add('volume', () => {
      throw new Error('not writable');
    });
    const sick = await fetch(url);
    expect(sick.status).toBe(503);
    expect(await sick.json()).toEqual({
      healthy: false,
      checks: { hub: { ok: true }, volume: { ok: false, detail: 'not writable' } },
    });
    remove();
    expect((await fetch(url)).status).toBe(200);
  });

  test('knows no other path and no other method', async () => {
    const { server } = build();
    const url = `http://127.0.0.1:${await server.start()}`;
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  test('says in one error that the port is in use', async () => {
    const first = build();
    const port = await first.server.start();
    await expect(build(port).server.start()).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `port ${port} for metrics and health is in use; set METRICS_PORT`,
    });
  });
});

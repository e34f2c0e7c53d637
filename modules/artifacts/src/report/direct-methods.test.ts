import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import type { JsonValue } from '@companion/foundation';
import { FastClock } from '@companion/foundation/testing';
import type { MethodResult } from '@companion/edge';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeepStream, type DeepStreamDouble } from '../testing/deepstream.ts';
import { releasePhase } from '../reconcile/module-state.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { makeReconciler } from '../testing/make-reconciler.ts';
import type { ShownError } from '../core/shown-error.ts';
import { reportedProperties } from './reported-properties.ts';
import { createMethods } from './direct-methods.ts';

describe('the direct methods', () => {
  let root: string;
  let server: Server;
  let reconciler: Reconciler;
  let deepStream: DeepStreamDouble;
  let noon: number;
  let obstacle: ShownError | undefined;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'methods-'));
    obstacle = undefined;
    noon = Date.parse('2026-01-15T12:00:00Z');
    server = createServer((request, response) => response.end(body(request.url ?? '')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    deepStream = startDeepStream({ root });
    reconciler = await makeReconciler(root, {
      clock: Object.assign(new FastClock(100), { now: () => noon }),
      log: pino({ level: 'silent' }),
      onState: () => undefined,
    });
    await reconciler.start();
  });
  afterEach(async () => {
    await reconciler.stop();
    await deepStream.stop();
    await new Promise((resolve) => server.close(resolve));
    await rm(root, { recursive: true, force: true });
  });

  const body = (path: string): string => `# ${path}\n[tests]\nfile-loop=0\n`;
  let version = 0;
  function want(name: string): void {
    const path = `/${name}.txt`;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    const sha256 = sha256Of(body(path));
    reconciler.submit({
      version: ++version,
      properties: {
        artifacts: { c: { kind: 'config', url, sha256 } },
        deepstream: { config: `configs/c/${name}.txt`, activate: { healthyAfterSec: 1, giveUpAfterSec: 60 } },
        policy: { window: '02:00-04:00', freeBytesFloor: 0 },
      },
    });
  }
  async function call(name: string, payload: JsonValue = null): Promise<MethodResult> {
    const method = createMethods({
      reconciler,
      obstacle: () => obstacle,
      status: () => reportedProperties(reconciler.state),
    })[name];
    if (method === undefined) throw new Error(`no method ${name}`);
    return method(payload);
  }
  async function until(phase: string): Promise<void> {
    await vi.waitFor(
      () => {
        const { state } = reconciler;
        const seen = [state.desiredVersion, releasePhase(state)?.state, state.releases.control.activation.phase];
        expect(seen).toEqual([version, phase, 'steady']);
      },
      { timeout: 8000, interval: 5 },
    );
  }

  test('answer 400 with the places where a payload is wrong', async () => {
    expect(await call('activate', { retry: 'yes', now: true })).toMatchObject({
      status: 400,
      payload: { error: { code: 'PAYLOAD_INVALID' } },
    });
    for (const name of ['status', 'refresh', 'rollback', 'prune', 'restart']) {
      expect((await call(name, { x: 1 })).status).toBe(400);
      expect((await call(name, 'text')).status).toBe(400);
    }
  });

  test('answer 400 with its path for a key that every object has for itself', async () => {
    for (const key of ['__proto__', 'constructor', 'toString']) {
      const payload = JSON.parse(`{"${key}":{"retry":true}}`) as JsonValue;
      for (const name of ['activate', 'status', 'prune']) {
        expect(await call(name, payload)).toMatchObject({
          status: 400,
          payload: { error: { code: 'PAYLOAD_INVALID' } },
        });
      }
    }
  });

  test('answer 409 where there is nothing to do it with', async () => {
    for (const name of ['refresh', 'activate', 'rollback']) expect((await call(name)).status).toBe(409);
  });

  test('the first release runs at once; the next waits for the window, or for activate', async () => {
    want('one');
    await until('running');
    want('two');
    await until('waiting');
    expect((await call('status')).payload).toMatchObject({
      release: { state: 'waiting', until: '2026-01-16T02:00:00.000Z' },
      activation: { state: 'steady' },
    });
    expect((await call('activate')).status).toBe(200);
    await until('running');
    want('three');
    await until('waiting');
    noon = Date.parse('2026-01-16T02:00:00Z');
    await until('running');
  });

  test('rollback goes back and stays there, until activate is asked to try again', async () => {
    want('one');
    await until('running');
    const one = reconciler.state.wanted?.id ?? '';
    noon = Date.parse('2026-01-16T02:00:00Z');
    want('two');
    await until('running');
    expect(await call('rollback')).toEqual({ status: 200, payload: { release: one } });
    await until('rolledBack');
    expect((await call('refresh')).status).toBe(200);
    expect(reconciler.state.releases.current).toBe(one);
    expect(await call('activate')).toMatchObject({
      status: 409,
      payload: { error: { code: 'REJECTED', message: expect.stringContaining('"retry": true') as string } },
    });
    const two = reconciler.state.wanted?.id ?? '';
    expect(await call('activate', { retry: true })).toEqual({
      status: 200,
      payload: { release: two, activating: true },
    });
    await until('running');
    expect(reconciler.state.releases.current).toBe(two);
    await vi.waitFor(async () =>
      expect(await call('activate')).toMatchObject({ status: 200, payload: { release: two, activating: false } }),
    );
  });

  test('restart starts DeepStream again on the same release, and prune says what it freed', async () => {
    want('one');
    await until('running');
    expect((await call('restart')).status).toBe(200);
    await vi.waitFor(() => expect(deepStream.started).toHaveLength(2));
    expect(new Set(deepStream.started).size).toBe(1);
    expect(await call('prune')).toEqual({ status: 200, payload: { freedBytes: 0 } });
  });

  test('where the volume can not be had, all but status say why', async () => {
    obstacle = { code: 'VOLUME_LOCKED', message: 'the volume is in use', facts: {} };
    for (const name of ['refresh', 'activate', 'rollback', 'prune', 'restart']) {
      expect(await call(name), name).toEqual({
        status: 409,
        payload: { error: { code: 'VOLUME_LOCKED', message: 'the volume is in use' } },
      });
    }
    expect((await call('status')).status).toBe(200);
  });
});

import { expect, test } from 'vitest';

import type { ModuleSpec } from '@companion/deployment';
import { moduleSpec } from '../agent/testing/module-spec.ts';
import { standInImage } from './stand-in-image.ts';

const spec = (image: string, source?: ModuleSpec['source']): ModuleSpec =>
  moduleSpec({ image, ...(source === undefined ? {} : { source }) });
const source = { dir: '/modules/one', debug: false };

test.each([
  ['localhost:5000/deepstream-companion-artifacts:0.1.0-amd64', 'localhost:5000/deepstream-companion-stand-in:0.1.0'],
  ['registry/a/b/artifacts:1.2.3-arm64v8.debug', 'registry/a/b/deepstream-companion-stand-in:1.2.3'],
  ['registry/artifacts:1.0.0-rc.1-amd64', 'registry/deepstream-companion-stand-in:1.0.0-rc.1'],
  ['registry:5000/artifacts', 'registry:5000/deepstream-companion-stand-in:latest'],
])('lies beside %s', (image, expected) => {
  expect(standInImage({ modules: [spec('elsewhere/other:9'), spec(image, source)] })).toBe(expected);
});

test('is unknown where no module is of this repository', () => {
  expect(standInImage({ modules: [spec('elsewhere/other:9')] })).toBeUndefined();
});

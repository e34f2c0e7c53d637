#!/usr/bin/env node
// The packages are TypeScript source: tsx compiles them on the way in. The tsconfig.json of the folder that the command
// is used in has no say in it.
import { register } from 'tsx/esm/api';

register({ tsconfig: false });
await import('../src/main.ts');

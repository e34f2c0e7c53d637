export { makeDemoArtifacts } from './artifacts.ts';
export type { DemoArtifact } from './artifacts.ts';
export { demoAppConfig, demoAppKinds, type DemoAppKind } from './app-kind.ts';
export { demoZones } from './layout.ts';

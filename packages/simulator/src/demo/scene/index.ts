export { makeDemoArtifacts } from './artifacts.ts';
export type { DemoArtifact } from './artifacts.ts';
export { demoAppConfig } from './demo-configs.ts';
export { demoZones } from './layout.ts';

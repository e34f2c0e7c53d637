export { makeDemoArtifacts } from './artifacts.ts';
export type { DemoArtifact } from './artifacts.ts';
export { DEMO_APP_CONFIG } from './demo-configs.ts';
export { demoZones } from './layout.ts';

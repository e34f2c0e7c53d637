import type { ConfigKind } from './app-config.ts';

/** Kinds of configs that deepstream-test5-app does not take, in words. What is not known may be an app config to be filled. */
export const otherKinds: Readonly<Partial<Record<ConfigKind, string>>> = {
  'service-maker': 'a Service Maker pipeline',
  ds3d: 'a pipeline of the 3D apps (ds3d)',
  nvinfer: 'a config of nvinfer',
  msgconv: 'a config of the message converter',
  tracker: 'a config of the tracker',
};

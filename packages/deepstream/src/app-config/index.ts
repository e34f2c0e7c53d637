export { configKind, readAppConfig } from './app-config.ts';
export type {
  AppConfig,
  ConfigKind,
  Gie,
  MessageConverter,
  MessageSink,
  Sink,
  SourceList,
  Streammux,
  TiledDisplay,
  Tracker,
} from './app-config.ts';
export type { Section, Source } from './source.ts';
export { maxTextBytes } from './bounded-source.ts';
export { checkAppConfig } from './check.ts';
export type { AppConfigReport, CheckOptions } from './check.ts';
export type { CreatedEngine } from './created-engine.ts';
export type { ConfigSource } from './config-source.ts';
export type { ConfigDiagnostic, ConfigDiagnosticCode, ConfigStage } from './config-diagnostic.ts';
export { collectReferences } from './reference.ts';
export type { FollowedConfig, Reference, ReferenceKind } from './reference.ts';

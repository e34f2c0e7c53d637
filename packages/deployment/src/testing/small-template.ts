/** A section of a module. */
type Section = Record<string, unknown>;

interface SystemModule {
  readonly type: 'docker';
  readonly settings: Record<string, unknown>;
  readonly [member: string]: unknown;
}

/** A template whose parts tests replace. */
export interface SmallTemplate {
  readonly '$schema-template': string;
  readonly modulesContent: {
    readonly $edgeAgent: {
      readonly 'properties.desired': {
        schemaVersion: string;
        readonly runtime: object;
        readonly systemModules: { readonly edgeAgent: SystemModule; readonly edgeHub: SystemModule };
        readonly modules: Record<string, unknown>;
      };
    };
    readonly $edgeHub: {
      readonly 'properties.desired': {
        schemaVersion: string;
        readonly routes: Record<string, unknown>;
        storeAndForwardConfiguration: object;
      };
    };
    readonly one: Section;
    /** The artifacts module, by another name. */
    readonly files: Section;
    /** The filter, by another name. */
    readonly lot: Section;
  };
}

/** A small template that has no mistakes: three modules and a route. */
export function smallTemplate(): SmallTemplate {
  const settings = (image: string) => ({ type: 'docker' as const, settings: { image, createOptions: {} } });
  return {
    '$schema-template': '4.0.0',
    modulesContent: {
      $edgeAgent: {
        'properties.desired': {
          schemaVersion: '1.1',
          runtime: { type: 'docker', settings: {} },
          systemModules: {
            edgeAgent: settings('mcr.example/edge-agent:1.5.44'),
            edgeHub: { ...settings('mcr.example/edge-hub:1.5.44'), status: 'running', restartPolicy: 'always' },
          },
          modules: {
            one: settings('r.example/one:1'),
            files: settings('r.example/deepstream-companion-artifacts:1-amd64'),
            lot: settings('r.example/deepstream-companion-filter:1-amd64'),
          },
        },
      },
      $edgeHub: {
        'properties.desired': {
          schemaVersion: '1.1',
          routes: { up: 'FROM /messages/modules/lot/outputs/* INTO $upstream' },
          storeAndForwardConfiguration: { timeToLiveSecs: 7200 },
        },
      },
      one: { 'properties.desired': {} },
      files: { 'properties.desired': {} },
      lot: { 'properties.desired': { zones: {} } },
    },
  };
}

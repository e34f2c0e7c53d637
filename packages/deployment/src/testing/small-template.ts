/** A section of a module. */
type Section = Record<string, unknown>;

interface SystemModule {
  readonly type: 'docker';
  readonly settings: Record<string, unknown>;
  readonly [member: string]: unknown;
}

/** A template with the members that every one has; tests replace its parts. */
export interface TemplateFrame {
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
  };
}

/** A template of three modules. */
export interface SmallTemplate extends TemplateFrame {
  readonly modulesContent: TemplateFrame['modulesContent'] & {
    readonly one: Section;
    /** The artifacts module, by another name. */
    readonly files: Section;
    /** The filter, by another name. */
    readonly lot: Section;
  };
}

/** A template without mistakes that runs these modules, with these routes. */
export function templateFrame(modules: Record<string, unknown>, routes: Record<string, unknown>): TemplateFrame {
  return {
    '$schema-template': '4.0.0',
    modulesContent: {
      $edgeAgent: {
        'properties.desired': {
          schemaVersion: '1.1',
          runtime: { type: 'docker', settings: {} },
          systemModules: {
            edgeAgent: dockerModule('mcr.example/edge-agent:1.5.44'),
            edgeHub: { ...dockerModule('mcr.example/edge-hub:1.5.44'), status: 'running', restartPolicy: 'always' },
          },
          modules,
        },
      },
      $edgeHub: {
        'properties.desired': {
          schemaVersion: '1.1',
          routes,
          storeAndForwardConfiguration: { timeToLiveSecs: 7200 },
        },
      },
    },
  };
}

/** A small template that has no mistakes: three modules and a route. */
export function smallTemplate(): SmallTemplate {
  const frame = templateFrame(
    {
      one: dockerModule('r.example/one:1'),
      files: dockerModule('r.example/deepstream-companion-artifacts:1-amd64'),
      lot: dockerModule('r.example/deepstream-companion-filter:1-amd64'),
    },
    { up: 'FROM /messages/modules/lot/outputs/* INTO $upstream' },
  );
  return {
    ...frame,
    modulesContent: {
      ...frame.modulesContent,
      one: { 'properties.desired': {} },
      files: { 'properties.desired': {} },
      lot: { 'properties.desired': { zones: {} } },
    },
  };
}

function dockerModule(image: string): SystemModule {
  return { type: 'docker', settings: { image, createOptions: {} } };
}

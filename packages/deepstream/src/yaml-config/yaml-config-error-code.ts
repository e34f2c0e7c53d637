/** Why a YAML config is not read. */
export type YamlConfigErrorCode = 'invalid-yaml' | 'not-a-mapping' | 'alias' | 'too-large' | 'too-deep';

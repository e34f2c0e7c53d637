export { smallTemplate, type SmallTemplate } from './small-template.ts';

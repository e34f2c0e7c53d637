export { smallTemplate, templateFrame, type SmallTemplate } from './small-template.ts';

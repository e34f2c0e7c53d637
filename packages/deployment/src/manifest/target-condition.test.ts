import { describe, expect, test } from 'vitest';

import { findTargetFault } from './target-condition.ts';

describe('a target condition', () => {
  test.each([
    '*',
    `tags.site='lot7'`,
    `tags.site = 'lot7' AND (tags.gpu != 'none' OR NOT tags.floors > 2)`,
    `deviceId IN ['a', 'b'] and is_defined(tags.[[my-tag]])`,
    `properties.reported.os.version >= 10 OR tags.test = true`,
    `capabilities.iotEdge = true`,
  ])('%s may be taken', (text) => {
    expect(findTargetFault(text)).toBeUndefined();
  });

  test.each([
    ['', /targets no device/],
    [`tag.site='a'`, /tag\.site is no property of a device: it is tags\.site/],
    [`site='a'`, /begin with tags\./],
    [`tags.site='a`, /never closed/],
    [`tags.site=='a'`, /== is not known/],
    [`tags.site`, /comparison .* before its end/],
    [`tags.site = lot7`, /lot7 is no value: put texts in single quotes/],
    [`tags.site = 'a' AND`, /where the condition ends stands/],
    [`(tags.site = 'a'`, /closing "\)"/],
    [`tags.site = 'a')`, /\) comes after the condition is complete/],
    [`tags.site IN 'a'`, /IN needs a list/],
    [`tags.site IN ['a' 'b']`, /closing "\]"/],
    [`tags.site = 'a' tags.b = 'c'`, /tags\.b comes after/],
    [`tags.a ~ 'b'`, /can't be read/],
  ])('%s is refused', (text, reason) => {
    expect(findTargetFault(text)).toMatch(reason);
  });
});

import { formatPropertyBag, parsePropertyBag, type PropertyBag } from './property-bag.ts';

/** What a module's publish asks for, told by its topic. */
export type PublishTopic =
  | { readonly kind: 'event'; readonly output: string | undefined; readonly bag: PropertyBag }
  | { readonly kind: 'twin-get'; readonly requestId: string }
  | { readonly kind: 'twin-reported'; readonly requestId: string }
  | { readonly kind: 'method-response'; readonly status: number; readonly requestId: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a module may subscribe to: its inputs, answers about its twin, changes of its desired properties, calls of its methods. */
export type SubscriptionKind = 'inputs' | 'twin-responses' | 'desired' | 'methods';

const twinGet = '$iothub/twin/GET/';
const twinReported = '$iothub/twin/PATCH/properties/reported/';
const methodResponse = /^\$iothub\/methods\/res\/(-?\d{1,9})\/(\?.*)$/;

/** Reads a publish topic as edgeHub does for the module `moduleId` of `deviceId`; everything else is refused with the reason. */
export function parsePublishTopic(topic: string, deviceId: string, moduleId: string): PublishTopic {
  const events = `devices/${deviceId}/modules/${moduleId}/messages/events`;
  if (topic.startsWith(events) && (topic.length === events.length || topic.charAt(events.length) === '/')) {
    return parseEvent(topic.slice(events.length + 1));
  }
  if (topic.startsWith(twinGet)) return withRequestId('twin-get', topic.slice(twinGet.length));
  if (topic.startsWith(twinReported)) return withRequestId('twin-reported', topic.slice(twinReported.length));
  const response = methodResponse.exec(topic);
  if (response !== null) {
    const requestId = queryValue(response[2] ?? '', '$rid');
    if (requestId === undefined) return { kind: 'refused', reason: 'the method response has no $rid' };
    return { kind: 'method-response', status: Number(response[1]), requestId };
  }
  return { kind: 'refused', reason: 'the topic is none of this module' };
}

function parseEvent(rest: string): PublishTopic {
  // The Azure SDK ends the topic of an output with a slash.
  const text = rest.endsWith('/') ? rest.slice(0, -1) : rest;
  if (text.includes('/')) return { kind: 'refused', reason: 'the event topic goes on after its properties' };
  const bag = parsePropertyBag(text);
  if (bag === undefined) return { kind: 'refused', reason: 'the message properties in the topic do not decode' };
  return { kind: 'event', output: bag.systemProperties['$.on'], bag };
}

function withRequestId(kind: 'twin-get' | 'twin-reported', query: string): PublishTopic {
  const requestId = queryValue(query, '$rid');
  return requestId === undefined ? { kind: 'refused', reason: 'the twin request has no $rid' } : { kind, requestId };
}

/** The raw value of `key` in `?a=b&c=d`: request ids go back as they came. */
function queryValue(query: string, key: string): string | undefined {
  if (!query.startsWith('?')) return undefined;
  for (const pair of query.slice(1).split('&')) {
    if (pair.startsWith(`${key}=`) && pair.length > key.length + 1) return pair.slice(key.length + 1);
  }
  return undefined;
}

/** Which of the module's own topics a filter means, or undefined for a filter that it may not have. */
export function parseSubscription(filter: string, deviceId: string, moduleId: string): SubscriptionKind | undefined {
  switch (filter) {
    case `devices/${deviceId}/modules/${moduleId}/inputs/#`:
    case `devices/${deviceId}/modules/${moduleId}/#`:
      return 'inputs';
    case '$iothub/twin/res/#':
      return 'twin-responses';
    case '$iothub/twin/PATCH/properties/desired/#':
      return 'desired';
    case '$iothub/methods/POST/#':
      return 'methods';
    default:
      return undefined;
  }
}

/** Where a message for an input arrives. `bag` goes with it whole, so it has to hold `$.cdid` and `$.cmid`, the sender. */
export function inputTopic(deviceId: string, moduleId: string, input: string, bag: PropertyBag): string {
  return `devices/${deviceId}/modules/${moduleId}/inputs/${input}/${formatPropertyBag(bag)}`;
}

/** Where the answer to a twin request arrives; `version` only with an accepted report. */
export function twinResponseTopic(status: number, requestId: string, version?: number): string {
  return `$iothub/twin/res/${status}/?$rid=${requestId}${version === undefined ? '' : `&$version=${version}`}`;
}

/** Where a change of the desired properties arrives. */
export function desiredTopic(version: number): string {
  return `$iothub/twin/PATCH/properties/desired/?$version=${version}`;
}

/** Where a call of a method arrives. */
export function methodTopic(name: string, requestId: string): string {
  return `$iothub/methods/POST/${name}/?$rid=${requestId}`;
}

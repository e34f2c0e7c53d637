/** Who a CONNECT packet says it is; nothing of it is proven yet. */
export interface ClaimedIdentity {
  readonly iotHubHostName: string;
  readonly deviceId: string;
  readonly moduleId: string;
}

/**
 * Reads the user name `{iothub}/{device}/{module}/?api-version=…` together with the client id `{device}/{module}`.
 * Gives the reason as text where they do not fit each other.
 */
export function parseConnectIdentity(clientId: string, username: string | undefined): ClaimedIdentity | string {
  if (username === undefined || username === '') return 'the user name is missing';
  const [iotHubHostName, deviceId, moduleId, query, ...rest] = username.split('/');
  if (!iotHubHostName || !deviceId || !moduleId || rest.length > 0) {
    return 'the user name is not {iothub}/{device}/{module}/?api-version=…';
  }
  if (query === undefined || !/^\?(?:.*&)?api-version=[^&]/.test(query)) return 'the user name has no api-version';
  if (clientId !== `${deviceId}/${moduleId}`) return `the client id ${clientId} is not that of the user name`;
  return { iotHubHostName, deviceId, moduleId };
}

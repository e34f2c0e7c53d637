import { verifySasToken } from '../identity/sas-verification.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import { parseConnectIdentity } from '../protocol/connect-identity.ts';

/** What a CONNECT packet says of its sender. */
export interface Credentials {
  readonly clientId: string;
  readonly username: string | undefined;
  readonly password: string;
}

/** Who may connect here. */
export interface Audience {
  readonly deviceId: string;
  readonly iotHubHostName: string;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly nowMs: number;
}

/** A module that showed a valid token. */
export interface Authenticated {
  readonly module: ModuleRecord;
  readonly expiryMs: number;
}

/** Why a module may not connect. */
export interface Rejected {
  /** As far as it could be found out. */
  readonly moduleId: string | undefined;
  readonly reason: string;
  /** Of the CONNACK. */
  readonly returnCode: number;
}

// CONNACK return codes of MQTT 3.1.1.
const badCredentials = 4;
const notAuthorized = 5;

/** Checks client id, user name and token of a module that connects. */
export function authenticateModule(
  { clientId, username, password }: Credentials,
  { deviceId, iotHubHostName, moduleOf, nowMs }: Audience,
): Authenticated | Rejected {
  const claim = parseConnectIdentity(clientId, username);
  if (typeof claim === 'string') return { moduleId: undefined, reason: claim, returnCode: badCredentials };
  const { moduleId } = claim;
  const refuse = (reason: string): Rejected => ({ moduleId, reason, returnCode: notAuthorized });
  const module = moduleOf(moduleId);
  if (claim.deviceId !== deviceId || module === undefined) {
    return refuse(`there is no module ${claim.deviceId}/${moduleId}`);
  }
  if (claim.iotHubHostName.toLowerCase() !== iotHubHostName.toLowerCase()) {
    return refuse(`the user name names the hub ${claim.iotHubHostName}`);
  }
  const expiryMs = verifySasToken(password, { iotHubHostName, deviceId, moduleId, key: module.key }, nowMs);
  return typeof expiryMs === 'string' ? refuse(expiryMs) : { module, expiryMs };
}

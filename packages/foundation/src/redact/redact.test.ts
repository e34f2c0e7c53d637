import { describe, expect, test } from 'vitest';
import { redactSecrets } from './redact-secrets.ts';
import { redactUrl, redactUrlsIn } from './redact-url.ts';

describe('a log line', () => {
  test.each([
    ['HostName=h;DeviceId=d;ModuleId=m;SharedAccessKey=c2VjcmV0+/=;GatewayHostName=g', 'c2VjcmV0'],
    ['SharedAccessSignature sr=h%2Fdevices%2Fd&sig=s3cret%3D&se=1700000000', 's3cret'],
    ['{"url":"https://x.blob.core.windows.net/a/m.tgz?sv=1&sig=s3cret%3D&se=1"}', 's3cret'],
    ['{"headers":{"authorization":"Bearer s3cret"}}', 's3cret'],
    ['{"err":{"message":"refused: Authorization: Bearer s3cret"}}', 's3cret'],
    ['{"err":{"message":"sent {\\"authorization\\":\\"s3cret\\"}"}}', 's3cret'],
    ['{"password":"s3\\"cret","user":"u"}', 'cret'],
    ['rtsp://admin:s3cret#1@10.0.0.4:554/live', 's3cret'],
  ])('loses its secret: %s', (line, secret) => {
    expect(redactSecrets(line)).not.toContain(secret);
  });

  test('keeps what is no secret, and stays JSON', () => {
    const line = JSON.stringify({ msg: 'mail a@b.c', url: 'https://h/p@1', sigma: 1, token: 'x', design: 'a=b' });
    expect(JSON.parse(redactSecrets(line))).toEqual({
      msg: 'mail a@b.c',
      url: 'https://h/p@1',
      sigma: 1,
      token: '[redacted]',
      design: 'a=b',
    });
  });
});

describe('a URL for logs', () => {
  test('loses user, password, query and fragment', () => {
    expect(redactUrl('https://u:p@host:8443/models/a.tgz?sig=x#y')).toBe('https://host:8443/models/a.tgz');
    expect(redactUrl('rtsp://u:p@camera/live?token=x')).toBe('rtsp://camera/live');
    expect(redactUrl('rtsp://admin:s3?cret#1@10.0.0.4:554/live')).toBe('rtsp://10.0.0.4:554/live');
    expect(redactUrl('rtsp://admin:12#1@10.0.0.4/live')).toBe('rtsp://10.0.0.4/live');
  });

  test('is cut where it is none', () => {
    expect(redactUrl('models/a.tgz?sig=x')).toBe('models/a.tgz');
  });
});

test('a text loses the secrets of every URL in it, and stays JSON', () => {
  const text = JSON.stringify({ a: 'see https://u:p@h/m.tgz?sig=s3cret, and rtsp://c/live?s3cret', b: 'what? #1' });
  expect(JSON.parse(redactUrlsIn(text))).toEqual({
    a: 'see https://[redacted]@h/m.tgz and rtsp://c/live',
    b: 'what? #1',
  });
});

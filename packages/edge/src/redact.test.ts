import { describe, expect, test } from 'vitest';
import { redactSecrets, redactUrl } from './redact.ts';

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
  });

  test('is cut where it is none', () => {
    expect(redactUrl('models/a.tgz?sig=x')).toBe('models/a.tgz');
  });
});

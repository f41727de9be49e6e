import { type KeyObject, sign } from 'node:crypto';

/** A self-signed X.509 certificate for an RSA key, in DER (RFC 5280). */
export function selfSignedCertificate(
  commonName: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Buffer {
  const sha256WithRsa = sequence(objectIdentifier('2a864886f70d01010b'), element(0x05));
  const attribute = sequence(objectIdentifier('550403'), element(0x0c, Buffer.from(commonName)));
  const name = sequence(element(0x31, attribute));
  const toBeSigned = sequence(
    element(0x02, Buffer.from([1])),
    sha256WithRsa,
    name,
    sequence(element(0x17, Buffer.from('240101000000Z')), element(0x17, Buffer.from('491231235959Z'))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('RSA-SHA256', toBeSigned, privateKey);
  return sequence(toBeSigned, sha256WithRsa, element(0x03, Buffer.from([0]), signature));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, ...parts);
}

function objectIdentifier(hex: string): Buffer {
  return element(0x06, Buffer.from(hex, 'hex'));
}

function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

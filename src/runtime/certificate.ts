/** The server's certificate: read from the operator's files, or made by the server for itself and kept, so
 *  that whoever chose to trust it once needn't choose again. Spec: RFC 6120 §13.7.1.2, RFC 5280 §4.
 *  Not here: how it is signed (self-signed.ts); TLS itself. @module */
import { X509Certificate, createPrivateKey, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';

/** A private key and its certificate in PEM; the certificate may be followed by its chain. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
  /** The oldest TLS that is spoken with it; 1.2 unless given. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** What was read from the operator's files. */
export interface LoadedCertificate extends KeyAndCertificate {
  /** What the operator should know although the server can start, in a sentence. */
  readonly warning?: string;
}

/** A self-signed certificate is made anew when it has less than this left. */
const renewalMs = 30 * 24 * 60 * 60 * 1000;

/** Reads the operator's key and certificate.
 *  @param files The files, in PEM.
 *  @throws Error when a file is missing or is not what it should be, or the two don't belong together; the
 *  message names the file and never shows the key.
 *  @spec RFC 6120 §13.7.1
 *  @example
 *  await selfSignedCertificate({ directory: './tls', domain: 'capulet.lit' });
 *  const { cert, warning } = await loadCertificate({ keyFile: './tls/self-signed.key', certFile: './tls/self-signed.crt' });
 *  cert.startsWith('-----BEGIN CERTIFICATE-----'); // true
 *  warning; // undefined */
export async function loadCertificate(files: { readonly keyFile: string; readonly certFile: string }): Promise<LoadedCertificate> {
  const { keyFile, certFile } = files;
  const [key, cert] = await Promise.all([read(keyFile, 'private key'), read(certFile, 'certificate')]);
  const certificate = parse(() => new X509Certificate(cert), `${certFile} is not a certificate in PEM`);
  const privateKey = parse(() => createPrivateKey(key), `${keyFile} is not a private key in PEM without a passphrase`);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`The private key ${keyFile} does not belong to the certificate ${certFile}.`);
  }
  const warning = outOfDate(certificate, certFile);
  return warning === undefined ? { key, cert } : { key, cert, warning };
}

/** Gives the certificate that the server made for itself; makes it at the first start, when the domain has
 *  changed, and when it is about to expire or can't be read.
 *  @param options The directory in which it is kept, made if need be, and the domain that it is for.
 *  @throws Error when the directory can't be written.
 *  @spec RFC 6120 §13.7.1.2
 *  @example
 *  const made = await selfSignedCertificate({ directory: './data', domain: 'capulet.lit' });
 *  const kept = await selfSignedCertificate({ directory: './data', domain: 'capulet.lit' });
 *  kept.cert === made.cert; // true */
export async function selfSignedCertificate(options: { readonly directory: string; readonly domain: string }): Promise<KeyAndCertificate> {
  const { directory, domain } = options;
  const files = { keyFile: join(directory, 'self-signed.key'), certFile: join(directory, 'self-signed.crt') };
  const kept = await loadCertificate(files).catch(() => undefined);
  if (kept !== undefined && serves(new X509Certificate(kept.cert), domain)) {
    await chmod(files.keyFile, 0o600);
    return { key: kept.key, cert: kept.cert };
  }
  // Loaded only when it is needed: it is large, and most starts find a certificate.
  const { signCertificate } = await import('./self-signed.ts');
  const made = await signCertificate(domain);
  await mkdir(directory, { recursive: true });
  await replace(files.keyFile, made.key, 0o600);
  await replace(files.certFile, made.cert, 0o644);
  return made;
}

async function read(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Error(`The ${what} ${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`, { cause });
  }
}

function parse<T>(make: () => T, otherwise: string): T {
  try {
    return make();
  } catch {
    // The reason given by the cryptographic library is of no help, and could quote the file.
    throw new Error(`${otherwise}.`);
  }
}

function outOfDate(certificate: X509Certificate, file: string): string | undefined {
  const now = Date.now();
  if (certificate.validToDate.getTime() < now) return `The certificate ${file} expired on ${certificate.validTo}.`;
  if (certificate.validFromDate.getTime() > now) return `The certificate ${file} is not valid before ${certificate.validFrom}.`;
  return undefined;
}

function serves(certificate: X509Certificate, domain: string): boolean {
  const address = domain.replace(/^\[(.*)\]$/, '$1');
  const named = isIP(address) ? certificate.checkIP(address) : certificate.checkHost(domainToASCII(domain), { subject: 'never' });
  return named !== undefined && certificate.validToDate.getTime() - Date.now() > renewalMs;
}

/** Writes a file whole or not at all, and never for a moment with more rights than it should have. */
async function replace(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    // A file or a link that somebody has put there would keep its own rights, or lead elsewhere.
    await writeFile(draft, text, { mode, flag: 'wx' });
    await chmod(draft, mode);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Whether a host is this machine and nobody else (RFC 6890 §2.2). The runtime has its own, for addresses of
 *  peers: this one is for names in URLs, and the inspector imports nothing of the runtime. @module */

/** @param host an address, one in brackets, or the name `localhost` */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

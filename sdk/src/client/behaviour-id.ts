const DIGITS = 16;

/** Id of a workload under one image, for the addresses of the API: the beginning of a sha256 over both. */
export async function modelId(key: string, digest: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${key}\0${digest}`));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.slice(0, DIGITS);
}

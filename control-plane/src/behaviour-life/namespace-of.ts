const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** What owns a pod, `Deployment` say. Image repositories, which stand there without Kubernetes, are in small letters. */
const KIND = /^[A-Z][A-Za-z]{1,62}$/;

/**
 * The namespace that a key begins with: one of Kubernetes is namespace/Kind/owner/container/repository. Null where there is
 * none, and where it can not be told from a name: then only tokens that see everything see it.
 */
export function namespaceOf(key: string): string | null {
  const [name = '', kind = ''] = key.split('/', 2);
  return NAMESPACE.test(name) && KIND.test(kind) ? name : null;
}

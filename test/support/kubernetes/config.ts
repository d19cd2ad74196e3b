import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Folder with kube-apiserver (envtest convention); undefined where there is none, so that suites say they are skipped. */
export function kubernetesAssets(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const folder = env.KUBEBUILDER_ASSETS;
  return folder && existsSync(join(folder, 'kube-apiserver')) ? folder : undefined;
}

/** Messages of cri.proto as they are read: every member is there, 64-bit numbers are digits. */
export interface Version {
  readonly runtimeName: string;
}

/** Null where the runtime did not send one. */
export interface SandboxStatus {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string } | null;
  readonly createdAt: string;
  readonly network: { readonly ip: string } | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerStatus {
  readonly id: string;
  readonly metadata: { readonly name: string } | null;
  readonly createdAt: string;
  readonly startedAt: string;
  readonly image: { readonly image: string; readonly userSpecifiedImage: string } | null;
  readonly imageRef: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container of a list. */
export interface ListedContainer {
  readonly id: string;
  readonly podSandboxId: string;
}

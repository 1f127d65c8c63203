/** One write of a batch. */
export type ReplayStoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string }

/** What replay protection needs of a store: any `Store` will do. A batch is written whole or not at all. */
export interface ReplayStore {
  get(key: string): Promise<Uint8Array | undefined>
  range(prefix: string): AsyncIterable<{ readonly key: string; readonly value: Uint8Array }>
  batch(
    operations: readonly ReplayStoreOperation[],
    options: {
      readonly durable: true
      readonly expect?: readonly { readonly key: string; readonly value: Uint8Array | undefined }[]
    },
  ): Promise<void>
}

// placeholder until bytes/ is written
export interface ByteWriter {
  readonly length: number
}

/** Milliseconds on the one monotonic clock that all processes of a machine share, so that latency one way can be told. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Caps on both sides: what goes past them is refused when it comes and unsupported when it is to be sent. */
export interface CborCodecOptions {
  /** Arrays and objects within one another; 32, and at most 256. */
  readonly depthMax?: number | undefined
  /** Elements and properties in all; 65,536. */
  readonly itemsMax?: number | undefined
  /** Bytes of any one text, key or byte string; 1,048,576. Bigints have a fixed cap of 1,024 bytes. */
  readonly stringBytesMax?: number | undefined
}

export interface CborLimits {
  readonly depthMax: number
  readonly itemsMax: number
  readonly stringBytesMax: number
}

/** Nesting is walked by recursion, which has to end well before the stack does. */
const depthCeiling = 256
const sizeCeiling = 0xffff_ffff

export function resolveCborOptions(options: CborCodecOptions = {}): CborLimits {
  return Object.freeze({
    depthMax: limitFrom('depthMax', options.depthMax ?? 32, depthCeiling),
    itemsMax: limitFrom('itemsMax', options.itemsMax ?? 65_536, sizeCeiling),
    stringBytesMax: limitFrom('stringBytesMax', options.stringBytesMax ?? 1_048_576, sizeCeiling),
  })
}

function limitFrom(name: string, value: number, ceiling: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= ceiling) return value
  throw new TypeError(`${name} must be an integer within 0 to ${ceiling}, not ${value}`)
}

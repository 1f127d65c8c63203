import type { Ends } from '../ends/ends.ts'

// What the runner and its processes say to each other.

export type EndName = keyof Ends

/** The runner asks an end to do something. */
export interface Call {
  readonly id: number
  readonly end: EndName
  readonly command: string
  readonly argument: unknown
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }

// What the runner and its processes say to each other.

/** The runner asks an end to do something. */
export interface Call {
  readonly id: number
  readonly end: string
  readonly command: string
  readonly argument: unknown
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string }

/** What a WebSocket in a browser cannot promise: told to both definitions of the suite, so that they have the same cases. */
export const traits = { pauses: false } as const

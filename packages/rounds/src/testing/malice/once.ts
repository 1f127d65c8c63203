import type { MaybePromise } from '@rondo/core'

/** Makes a thing once a name, however many ask for it at a time: a lie is one statement, and not one for each who hears it. */
export function createOnce<Value>(): (name: string, make: () => MaybePromise<Value>) => Promise<Value> {
  const made = new Map<string, Promise<Value>>()
  return (name, make) => {
    const known = made.get(name) ?? Promise.resolve(make())
    made.set(name, known)
    return known
  }
}

import type { Stream, StreamSource } from '../protocol/stream.js'

/** A stream that knows whether it is over. */
interface Target extends Stream {
  readonly isOver: boolean
}

/** Writes a whole source and ends. Where either of the two fails, the other is given up. */
export async function sendSource(stream: Target, source: StreamSource): Promise<void> {
  try {
    if (source instanceof Uint8Array) await stream.write(source)
    else if (isIterable(source)) for await (const chunk of source) await stream.write(chunk)
    else await pump(stream, source.getReader())
  } catch (cause) {
    // What went wrong here is not for the other end to read. Where it was the stream, what it still holds may be read.
    if (!stream.isOver) stream.abort(cause instanceof Error ? cause : new Error('the source failed', { cause }))
    throw cause
  }
  return stream.end()
}

async function pump(stream: Stream, reader: ReturnType<ReadableReader>): Promise<void> {
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      if (step.value !== undefined) await stream.write(step.value)
    }
  } catch (cause) {
    reader.cancel(cause).catch(() => {})
    throw cause
  } finally {
    reader.releaseLock()
  }
}

type ReadableReader = Extract<StreamSource, { getReader: unknown }>['getReader']

function isIterable(
  source: Exclude<StreamSource, Uint8Array>,
): source is Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  return Symbol.asyncIterator in source || Symbol.iterator in source
}

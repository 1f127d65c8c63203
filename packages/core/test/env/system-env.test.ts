import { afterEach, describe, expect, test, vi } from 'vitest'
import { createSystemEnv, systemEnv } from '../../src/env/system-env.js'

afterEach(() => {
  vi.restoreAllMocks()
})

function spyOnConsole() {
  const silent = () => undefined
  return {
    debug: vi.spyOn(console, 'debug').mockImplementation(silent),
    info: vi.spyOn(console, 'info').mockImplementation(silent),
    log: vi.spyOn(console, 'log').mockImplementation(silent),
    warn: vi.spyOn(console, 'warn').mockImplementation(silent),
    error: vi.spyOn(console, 'error').mockImplementation(silent),
  }
}

describe('the log of the system environment', () => {
  test('puts warnings and errors on the console, a line each, and nothing else', () => {
    const on = spyOnConsole()
    systemEnv.log('debug', 'a detail')
    systemEnv.log('info', 'a fact')
    systemEnv.log('warn', 'a peer was slow', { peerId: 'z6Mk', queued: 3 })
    systemEnv.log('error', 'a listener threw', { cause: new TypeError('no such field') })
    expect(on.warn.mock.calls).toEqual([['rondo warn: a peer was slow peerId="z6Mk" queued=3']])
    expect(on.error.mock.calls).toEqual([['rondo error: a listener threw cause="no such field"']])
    expect([on.debug, on.info, on.log].flatMap((spy) => spy.mock.calls)).toEqual([])
  })

  test('stays on one printable line of bounded length whatever the values are', () => {
    const on = spyOnConsole()
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    systemEnv.log('warn', 'strange', {
      text: 'a\nb\u001b[31mc\u009bd\u2028e',
      long: 'x'.repeat(100_000),
      loop,
      big: 7n,
      nested: { big: 8n },
      missing: undefined,
      symbol: Symbol('s'),
    })
    const line = String(on.warn.mock.calls[0]?.[0])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested.
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/)
    expect(line.length).toBeLessThan(600)
    expect(line).toContain('loop=(unprintable) big="7n" nested={"big":"8n"} missing=undefined symbol=Symbol(s)')
  })

  test('goes where the caller wants it', () => {
    const on = spyOnConsole()
    const lines: unknown[] = []
    const env = createSystemEnv({ log: (...line) => lines.push(line) })
    env.log('warn', 'a peer was slow', { queued: 3 })
    expect(lines).toEqual([['warn', 'a peer was slow', { queued: 3 }]])
    expect(on.warn).not.toHaveBeenCalled()
  })
})

test('jitter lies within [0, 1)', () => {
  for (let call = 0; call < 1000; call += 1) {
    const jitter = systemEnv.jitter()
    expect(jitter).toBeGreaterThanOrEqual(0)
    expect(jitter).toBeLessThan(1)
  }
})

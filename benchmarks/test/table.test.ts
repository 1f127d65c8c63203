import { expect, test } from 'vitest'
import type { Row } from '../src/row.ts'
import { formatNumber, formatTable } from '../src/table.ts'

const throughput: Row = {
  case: 'sealed-200B',
  transport: 'ws',
  payloadBytes: 200,
  value: 612_345,
  unit: 'msg/s',
  vs: { 'raw-ws': 1.5, 'raw-ws-coalesced': 0.5 },
  metric: 'throughput',
  subject: 'rondo-sealed',
  runs: 3,
  min: 600_000,
  max: 1_200_000,
  baselines: {
    'raw-ws': { median: 408_230, min: 1, max: 2 },
    'raw-ws-coalesced': { median: 1_224_690, min: 1, max: 2 },
  },
  goals: [{ text: '>= 2x raw-ws', met: false }],
  notes: ['why'],
  made: { at: '2026-01-31T12:00:00.000Z', plan: 'quick', node: '24.9.0', platform: 'linux x64', cores: 2 },
}
const latency: Row = { ...throughput, value: 0.071, unit: 'ms', metric: 'p99', runs: 1, vs: {}, goals: [], notes: [] }

test('columns are aligned, a case is named once, and a missed goal shows', () => {
  expect(formatTable([throughput, latency])).toBe(
    [
      'case         metric      median      min..max     against (its median)            goal',
      'sealed-200B  throughput  612k msg/s  600k..1.20M  1.50x raw-ws (408k)             >= 2x raw-ws: MISSED',
      '                                                  0.50x raw-ws-coalesced (1.22M)',
      '             p99         0.07 ms',
      '',
      'sealed-200B: why',
    ].join('\n'),
  )
})

test('numbers have three digits that count', () => {
  expect([0, 0.0712, 1.234, 45.6, 123.4, 9_999, 10_000, 999_499, 999_500, 1.2e9].map(formatNumber)).toEqual([
    '0.00',
    '0.07',
    '1.23',
    '45.6',
    '123',
    '9999',
    '10.0k',
    '999k',
    '1.00M',
    '1200M',
  ])
  expect(formatNumber(Number.NaN)).toBe('-')
})

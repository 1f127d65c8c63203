import { describe, expect, test } from 'vitest'
import { groupOf, plainAddress } from '../src/group.js'

const bits = { groupBitsIpv4: 24, groupBitsIpv6: 56 }

describe('the group of an address', () => {
  test.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['255.255.255.255', '255.255.255.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:7:41ff:1:2:3:4', '2001:db8:7:4100::/56'],
    ['2001:db8::1', '2001:db8::/56'],
    ['::1', '0::/56'],
    ['fe80::1%eth0', 'fe80::/56'],
    ['2001:DB8:ABCD:EF01::192.0.2.1', '2001:db8:abcd:ef00::/56'],
  ])('of %s is %s', (address, group) => {
    expect(groupOf(address, bits)).toBe(group)
  })

  test('is as narrow or as wide as the options say', () => {
    expect(groupOf('203.0.113.7', { ...bits, groupBitsIpv4: 32 })).toBe('203.0.113.7/32')
    expect(groupOf('203.0.113.7', { ...bits, groupBitsIpv4: 17 })).toBe('203.0.0.0/17')
    expect(groupOf('2001:db8:7:41ff::1', { ...bits, groupBitsIpv6: 64 })).toBe('2001:db8:7:41ff::/64')
    expect(groupOf('2001:db8:7:41ff:a:b:c:d', { ...bits, groupBitsIpv6: 128 })).toBe('2001:db8:7:41ff:a:b:c:d/128')
    expect(groupOf('2001:db8:7:41ff::1', { ...bits, groupBitsIpv6: 20 })).toBe('2001::/20')
  })

  test.each(['', 'unknown', '/run/node.sock', '1.2.3', '999.1.1.1', '2001::db8::1', '<script>'])(
    'does not exist for %j',
    (address) => {
      expect(groupOf(address, bits)).toBeUndefined()
      expect(plainAddress(address)).toBeUndefined()
    },
  )
})

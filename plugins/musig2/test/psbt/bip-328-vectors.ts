// BIP-328, test vectors (CC0-1.0).

export const bip328 = [
  {
    keys: [
      '03935f972da013f80ae011890fa89b67a27b7be6ccb24d3274d18b2d4067f261a9',
      '02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9',
    ],
    aggregateKey: '0354240c76b8f2999143301a99c7f721ee57eee0bce401df3afeaa9ae218c70f23',
    xpub: 'xpub661MyMwAqRbcFt6tk3uaczE1y6EvM1TqXvawXcYmFEWijEM4PDBnuCXwwXEKGEouzXE6QLLRxjatMcLLzJ5LV5Nib1BN7vJg6yp45yHHRbm',
  },
  {
    keys: [
      '02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9',
      '03dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659',
      '023590a94e768f8e1815c2f24b4d80a8e3149316c3518ce7b7ad338368d038ca66',
    ],
    aggregateKey: '0290539eede565f5d054f32cc0c220126889ed1e5d193baf15aef344fe59d4610c',
    xpub: 'xpub661MyMwAqRbcFt6tk3uaczE1y6EvM1TqXvawXcYmFEWijEM4PDBnuCXwwVk5TFJk8Tw5WAdV3DhrGfbFA216sE9BsQQiSFTdudkETnKdg8k',
  },
  {
    keys: [
      '02dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659',
      '023590a94e768f8e1815c2f24b4d80a8e3149316c3518ce7b7ad338368d038ca66',
      '02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9',
      '03935f972da013f80ae011890fa89b67a27b7be6ccb24d3274d18b2d4067f261a9',
    ],
    aggregateKey: '022479f134cdb266141dab1a023cbba30a870f8995b95a91fc8464e56a7d41f8ea',
    xpub: 'xpub661MyMwAqRbcFt6tk3uaczE1y6EvM1TqXvawXcYmFEWijEM4PDBnuCXwwUvaZYpysLX4wN59tjwU5pBuDjNrPEJbfxjLwn7ruzbXTcUTHkZ',
  },
] as const

// A key and a certificate for localhost and 127.0.0.1, made once for these tests and valid for a hundred years:
// openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost \
//   -addext subjectAltName=DNS:localhost,IP:127.0.0.1

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1QupDbAzRN8HzlVa
7JFUWdg6uOGyArvE+ZoG86g/5d2hRANCAASJfukj8BVP9qEg41BZ4FITgvEiyBnF
4Ovmw6GwcIRToSr0f1S5isAU5Gb3v+GGak2kUKUtWY1QoYvpqC8Q9rzI
-----END PRIVATE KEY-----
`

export const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUW9e3eYyTAIxKS1inxNMcA/w3ghcwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTAyMzYwMloYDzIxMjYxMDI4
MDIzNjAyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASJfukj8BVP9qEg41BZ4FITgvEiyBnF4Ovmw6GwcIRToSr0f1S5isAU
5Gb3v+GGak2kUKUtWY1QoYvpqC8Q9rzIo28wbTAdBgNVHQ4EFgQUJY8ms01sFVtF
3bQ4W04BTwwbQ3IwHwYDVR0jBBgwFoAUJY8ms01sFVtF3bQ4W04BTwwbQ3IwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgT3pFhgLErxsmfDjZ1JpfpQDbsmUeTxDYLLfpImYUuwkCIQD7
GszVDVRRGVjeeCILWrw9GmC8AwtR3LMu7i1cxsh/5g==
-----END CERTIFICATE-----
`
